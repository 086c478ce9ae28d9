/**
 * A policy of one's own through the process and through the real Collector: attributes of any shape,
 * of a record, its resource and its scope, and the same as a body.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { renderConfiguration } from "../../../src/collector/index.ts";
import type { BodyMap } from "../../../src/event/index.ts";
import { redactAttributes } from "../../../src/redact/any-attributes.ts";
import { compileRedaction, createRedactor } from "../../../src/redact/index.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  CONFIG_DIR,
  startCollector,
  whyNoCollector,
} from "../../collector/collector-process.ts";
import { anyValue, keyValues, postOtlp, sealedAttributes } from "../../support/otlp-values.ts";
import { POLICY, POLICY_CASES, POLICY_DIFFERENCES } from "./policy-cases.ts";

const skipped = whyNoCollector();
if (skipped !== undefined)
  process.stderr.write(`\notel-audit: test/redact/conformance/policy: ${skipped}\n\n`);

const redactor = createRedactor(compileRedaction(POLICY, undefined));

describe("the process", () => {
  it.each(POLICY_CASES.map((each) => [each.id, each] as const))(
    "%s",
    (_, { given, secrets, kept }) => {
      const left = JSON.stringify(redactAttributes(redactor, given));
      for (const secret of secrets) expect(left).not.toContain(secret);
      for (const each of kept) expect(left).toContain(each);
    },
  );
});

const PLACES = ["attributes", "resource", "scope", "body"] as const;

/** One request: the values in one place of it. */
function requestWith(place: (typeof PLACES)[number], given: BodyMap, sequence: number): object {
  const own = (of: (typeof PLACES)[number]): readonly object[] =>
    place === of ? keyValues(given) : [];
  return {
    resource: { attributes: own("resource") },
    scopeLogs: [
      {
        scope: { name: "otel-audit", attributes: own("scope") },
        logRecords: [
          {
            attributes: [...keyValues(sealedAttributes(sequence)), ...own("attributes")],
            body: anyValue(place === "body" ? given : {}),
          },
        ],
      },
    ],
  };
}

/** What the Collector's files have of requests, each with values in one place. */
async function writtenOf(
  place: (typeof PLACES)[number],
  values: readonly BodyMap[],
): Promise<string> {
  const dir = mkdtempSync(path.join(tmpdir(), "otel-audit-policy-"));
  const file = path.join(dir, "config.yaml");
  const ours = readFileSync(path.join(CONFIG_DIR, "config.yaml"), "utf8");
  writeFileSync(file, renderConfiguration(ours, POLICY.document, file).text);
  const collector = await startCollector({ dir: path.join(dir, "collector"), config: file });
  try {
    const resourceLogs = values.map((given, at) => requestWith(place, given, at + 1));
    const status = await postOtlp(`${collector.httpEndpoint}/v1/logs`, { resourceLogs });
    if (status !== 200) throw new Error(`the Collector answered ${status}`);
    await collector.drained();
    return [collector.jsonFile, collector.csvFile]
      .map((each) => readFileSync(each, "utf8"))
      .join("\n");
  } finally {
    await collector.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

describe.skipIf(skipped !== undefined).each(PLACES)("the Collector, in the %s", (place) => {
  let written = "";

  beforeAll(async () => {
    written = await writtenOf(
      place,
      POLICY_CASES.map(({ given }) => given),
    );
  }, BUILD_TIMEOUT_MILLIS);

  it.each(POLICY_CASES.map((each) => [each.id, each] as const))("%s", (_, { secrets, kept }) => {
    for (const secret of secrets) expect(written).not.toContain(secret);
    for (const each of kept) expect(written).toContain(each);
  });
});

describe.skipIf(skipped !== undefined)("the Collector differs as docs/redaction.md says", () => {
  let written = "";

  beforeAll(async () => {
    written = await writtenOf(
      "attributes",
      POLICY_DIFFERENCES.map(([, given]) => given),
    );
  }, BUILD_TIMEOUT_MILLIS);

  it.each(POLICY_DIFFERENCES)("in %s", (_, given, text, letBy) => {
    const inProcess = JSON.stringify(redactAttributes(redactor, given));
    expect([inProcess.includes(text), written.includes(text)]).toEqual([
      letBy === "process",
      letBy === "Collector",
    ]);
  });
});
