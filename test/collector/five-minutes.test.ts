/** docs/collector-five-minutes.md: both ways run as they stand, but for the ports. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { buildCollector } from "../../collector-config/build/build.ts";
import { COMMAND } from "../support/command-line.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { freePorts } from "./child-process.ts";
import { BUILD_TIMEOUT_MILLIS, whyNoCollector } from "./collector-process.ts";

const repository = join(import.meta.dirname, "../..");
const page = readFileSync(join(repository, "docs/collector-five-minutes.md"), "utf8");
/** Those that the page names. */
const PORTS = [4317, 4318, 4327, 4328, 13133, 13134];

/** A dozen programs of Node one after the other, on a machine that has more to do. */
const PAGE_TIMEOUT_MILLIS = 180_000;

const skipped = whyNoCollector();
if (skipped !== undefined)
  process.stderr.write(`\notel-audit: test/collector/five-minutes: ${skipped}\n\n`);

/** The code of a language below a heading. */
function blocksBelow(heading: string, language: string): readonly string[] {
  const [, rest = expect.fail(`no heading ${heading}`)] = page.split(`\n## ${heading}\n`);
  const [section = ""] = rest.split("\n## ");
  const blocks = section.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"));
  return [...blocks].map(([, code = ""]) => code);
}

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder after `npm install otel-audit`, with a Collector on PATH. */
async function folder(binary: string): Promise<(script: string) => Promise<Ran>> {
  const work = temporaryDirectory();
  const bin = join(work, "node_modules/.bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(repository, join(work, "node_modules/otel-audit"));
  symlinkSync(binary, join(bin, "otelcol-contrib"));
  writeFileSync(join(bin, "otel-audit"), `#!/bin/sh\nexec node '${COMMAND}' "$@"\n`);
  chmodSync(join(bin, "otel-audit"), 0o755);
  const [spool, metrics, ...free] = await freePorts(PORTS.length + 2);
  const elsewhere = (text: string): string =>
    PORTS.reduce((all, port, at) => all.replaceAll(`:${port}`, `:${free[at]}`), text).replace(
      "AUDIT_METRICS_PORT=8889",
      `AUDIT_METRICS_PORT=${metrics}`,
    );
  const [yours = ""] = blocksBelow("In yours", "yaml");
  // A configuration without this has its metrics at 8888, where somebody may be.
  const apart = "  telemetry: { metrics: { level: none } }\n";
  writeFileSync(join(work, "yours.yaml"), `${elsewhere(yours)}${apart}`);
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(AUDIT|OTEL|NODE_OPTIONS)/.test(name),
  );
  return async (script) => {
    const child = spawn("/bin/sh", ["-eu", "-c", elsewhere(script)], {
      cwd: work,
      // A group of its own: what a script that failed left behind ends with it.
      detached: true,
      env: {
        ...Object.fromEntries(inherited),
        PATH: [bin, process.env["PATH"]].join(delimiter),
        XDG_STATE_HOME: join(work, "state"),
        // Where what --merge writes listens; the other way says so itself.
        AUDIT_OTLP_GRPC_ENDPOINT: elsewhere("127.0.0.1:4327"),
        AUDIT_OTLP_HTTP_ENDPOINT: elsewhere("127.0.0.1:4328"),
        AUDIT_SPOOL_ENDPOINT: `127.0.0.1:${spool}`,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => {
      try {
        process.kill(-(child.pid ?? 0), "SIGKILL");
      } catch {
        // All of it has ended.
      }
    });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    await once(child, "close");
    return { code: child.exitCode, out, err };
  };
}

describe.skipIf(skipped !== undefined)("docs/collector-five-minutes.md", () => {
  let binary: string;
  beforeAll(async () => {
    binary = await buildCollector();
  }, BUILD_TIMEOUT_MILLIS);

  test.each(["Beside yours", "In yours"])(
    "%s: a record is in the files, and verified",
    { timeout: PAGE_TIMEOUT_MILLIS },
    async (way) => {
      const run = await folder(binary);
      const sections = [way, "A service", "Look", "Stop"];
      const { code, out, err } = await run(
        sections.flatMap((heading) => blocksBelow(heading, "sh")).join("\n"),
      );
      expect(out).toMatch(/arrived everywhere it was looked for, and its dummy secrets are masked/);
      expect(out).toMatch(/^"[^"]*Z","pause","success",.*"ann"/m);
      expect(out).toMatch(/^verified, \d+ records in 2 streams, 2 unsigned, with the key given$/m);
      expect({ code, err }).toMatchObject({ code: 0 });
    },
  );

  test("in yours, the line that is asked for is the line that the page writes", async () => {
    const run = await folder(binary);
    const [render = "", edit = ""] = blocksBelow("In yours", "sh");
    const { err } = await run(`${render}${edit}${render}`);
    const asked = [...err.matchAll(/write in yours\.yaml, below service: (.*)/g)];
    expect(asked.map(([, line]) => line)).toEqual([/s\|extensions: \.\*\|(.*)\|'/.exec(edit)?.[1]]);
  });
});
