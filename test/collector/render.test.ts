/**
 * One policy in two places: `otel-audit collector render`, through its program, and what the real
 * Collector and the process then do with the same record.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAudit } from "otel-audit";
import { readRecords } from "otel-audit/read";
import { buildCollector } from "../../collector-config/build/build.ts";
import { renderConfiguration, renderOverlay } from "../../src/collector/index.ts";
import { otlpRequest } from "../support/stored-forms.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  CONFIG_DIR,
  startCollector,
  whyNoCollector,
} from "./collector-process.ts";
import { type Ran, runPrepared } from "../support/prepared-command.ts";

const skipped = whyNoCollector();
if (skipped !== undefined)
  process.stderr.write(`\notel-audit: test/collector/render: ${skipped}\n\n`);

const root = mkdtempSync(path.join(tmpdir(), "otel-audit-render-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let files = 0;
function fileWith(text: string, extension = "yaml"): string {
  const file = path.join(root, `${++files}.${extension}`);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

function ourConfig(): string {
  const file = path.join(root, `${++files}.yaml`);
  copyFileSync(path.join(CONFIG_DIR, "config.yaml"), file);
  return file;
}

function run(...args: readonly string[]): Ran {
  const { AUDIT_REDACTION_FILE: _, ...env } = process.env;
  return runPrepared(["collector", "render", ...args], { cwd: root, env });
}

describe("otel-audit collector render", () => {
  it("finds the committed configuration up to date", () => {
    const file = ourConfig();
    expect(run("--check", file)).toEqual({ code: 0, out: `${file} is up to date\n`, err: "" });
  });

  it("--check fails when a rule of the policy changed, until the file was written anew", () => {
    const file = ourConfig();
    const before = readFileSync(file, "utf8");
    const policy = fileWith("version: 1\nkeys: [{ names: [badge] }]\n");
    const stale = run("--check", "--policy", policy, file);
    expect(stale).toMatchObject({ code: 1, out: "" });
    expect(stale.err).toContain(`${file} is stale: its redaction is not that of ${policy}`);
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(run("--policy", policy, file)).toMatchObject({
      code: 0,
      out: `wrote the redaction into ${file}\n`,
    });
    expect(run("--check", "--policy", policy, file).code).toBe(0);
    writeFileSync(policy, "version: 1\nkeys: [{ names: [badges] }]\n");
    expect(run("--check", "--policy", policy, file).code).toBe(1);
  });

  it("changes nothing outside of its marks", () => {
    const file = ourConfig();
    const outside = (text: string): string =>
      text.replace(/# >>> redaction[^]*# <<< redaction/, "");
    const before = outside(readFileSync(file, "utf8"));
    run("--policy", fileWith("version: 1\nidentity: pseudonym\n"), file);
    expect(outside(readFileSync(file, "utf8"))).toBe(before);
  });

  it("says what the Collector cannot do, in the file and on stderr", () => {
    const file = ourConfig();
    const policy = fileWith("version: 1\nkeys: [{ names: [who], action: hash }]\n");
    const { err } = run("--policy", policy, file);
    expect(err).toContain("payment_card");
    expect(err).toContain("the Collector differs: who: masked; the Collector has no key");
    expect(readFileSync(file, "utf8")).toContain("# - who: masked; the Collector has no key");
    expect(run("--quiet", "--policy", policy, file).err).toBe("");
  });

  it("prints an overlay where no file is named", () => {
    const { code, out } = run("--quiet");
    expect(code).toBe(0);
    expect(out).toBe(renderOverlay(undefined).text);
  });

  it.each([
    ["--check without a file", ["--check"], 2, /--check compares a file: name it/],
    ["a file that is not there", ["none.yaml"], 3, /cannot read the configuration none\.yaml/],
    ["no marks", [fileWith("processors: {}\n")], 3, /stands there 0 times .* copy both marks/],
    [
      "a mark twice",
      [
        fileWith(
          "# <<< redaction\n# >>> redaction: written by `otel-audit collector render`, not by hand\n# <<< redaction\n",
        ),
      ],
      3,
      /"# <<< redaction" stands there 2 times/,
    ],
    [
      "marks in the wrong order",
      [
        fileWith(
          "# <<< redaction\n# >>> redaction: written by `otel-audit collector render`, not by hand\n",
        ),
      ],
      3,
      /put them around the redaction processors/,
    ],
    [
      "a policy with an error",
      ["--policy", fileWith("version: 1\nkeys: [{ nmes: [x] }]\n")],
      2,
      /\.yaml:2:\d+/,
    ],
    [
      "a pattern that is no RE2",
      ["--policy", fileWith('version: 1\nvalues: [{ name: x, regex: "(?=x)" }]\n')],
      2,
      /is no RE2 pattern/,
    ],
  ])("refuses %s", (_name, args, code, text) => {
    const result = run(...args);
    expect(result).toMatchObject({ code, out: "" });
    expect(result.err).toMatch(text);
    expect(result.err).not.toContain("    at ");
  });

  it("writes any policy so that it reads back as it was meant", () => {
    const seed = Date.now() % 2 ** 31;
    const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), (names) => {
        const { text } = renderOverlay({ version: 1, keys: [{ names }] });
        const again = renderConfiguration(text, { version: 1, keys: [{ names }] }, "x");
        expect(again.text).toBe(text);
      }),
      { numRuns: 200, seed },
    );
  });
});

describe.skipIf(skipped !== undefined)("a rule of redaction.yaml", () => {
  beforeAll(async () => {
    await buildCollector();
  }, BUILD_TIMEOUT_MILLIS);

  /** What the process writes, and what the Collector writes of the same record sent in clear. */
  async function bothPlaces(policy: string): Promise<readonly string[]> {
    const redaction = fileWith(policy);
    const directory = path.join(root, `audit-${++files}`);
    const audit = await createAudit({ directory, redaction, format: "journal" });
    await audit.record({
      action: "note_write",
      actor: { type: "user", id: "ada" },
      target: { type: "experiment", id: "exp-42" },
      details: { note: "badge B-1234 seen", badge: "B-1234" },
    });
    await audit.close();
    const inProcess: string[] = [];
    for await (const item of readRecords(directory))
      if (item.kind === "record") inProcess.push(JSON.stringify(item.record));

    const file = ourConfig();
    expect(run("--quiet", "--policy", redaction, file).code).toBe(0);
    const collector = await startCollector({ dir: path.join(root, `c-${++files}`), config: file });
    const response = await fetch(`${collector.httpEndpoint}/v1/logs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: otlpRequest([
        {
          attributes: {
            "audit.record.id": "Sabcdefghijklmno.1",
            "audit.record.kind": "result",
            "audit.integrity.fields": `note:${"c".repeat(43)}:${"s".repeat(22)}`,
          },
          body: { note: "badge B-1234 seen", badge: "B-1234" },
        },
      ]),
    });
    expect(response.status).toBe(200);
    await collector.drained();
    const inCollector = readFileSync(collector.jsonFile, "utf8");
    await collector.stop();
    return [inProcess.join("\n"), inCollector];
  }

  it("changes both places", async () => {
    for (const text of await bothPlaces("version: 1\n")) {
      expect(text).toContain("badge B-1234 seen");
    }
    const withRule =
      "version: 1\nkeys: [{ names: [badge] }]\nvalues: [{ name: badge, regex: 'B-[0-9]{4}' }]\n";
    for (const text of await bothPlaces(withRule)) {
      expect(text).toContain("badge **** seen");
      expect(text).not.toContain("B-1234");
    }
  });
});
