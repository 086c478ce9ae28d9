/**
 * From an audit record to its trace and back, as docs/trace-debugging.md walks through it: a service and a client
 * with spans, the real Collector, jq over its files, and otel-desktop-viewer in a real browser.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { eventually } from "../collector/child-process.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  type CollectorOptions,
  type RunningCollector,
  startCollector,
  whyNoCollector,
} from "../collector/collector-process.ts";
import {
  renderedPage,
  type RunningDesktopViewer,
  startDesktopViewer,
  whyNoDesktopViewer,
} from "../collector/desktop-viewer-process.ts";
import { startProgram, startTrainingService } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const isJqMissing =
  !(process.env["AUDIT_REQUIRE"] ?? "").split(",").includes("jq") &&
  spawnSync("jq", ["--version"]).status !== 0;
const whyNoFiles = whyNoCollector() ?? (isJqMissing ? "SKIPPED, NOT TESTED: no jq" : undefined);
const whyNoViewer = whyNoCollector() ?? whyNoDesktopViewer();
for (const why of new Set([whyNoFiles, whyNoViewer]))
  if (why !== undefined)
    process.stderr.write(`\notel-audit: test/story/trace-debugging: ${why}\n\n`);

const ROOT = join(import.meta.dirname, "../..");
/** The blocks of the walk-through that are run as they stand. */
const COMMANDS = [
  ...readFileSync(join(ROOT, "docs/trace-debugging.md"), "utf8").matchAll(/^```sh\n(.*?)^```$/gms),
].map(([, block]) => block ?? "");

/** The Collector with spans, and a service and a client that were called once and once more in vain. */
async function playCalls(options: Partial<CollectorOptions>): Promise<RunningCollector> {
  const { overlays = [], env = {} } = options;
  const collector = await startCollector({
    dir: join(temporaryDirectory(), "collector"),
    overlays: ["overlays/traces.yaml", ...overlays],
    env,
  });
  const traced = {
    AUDIT_OTEL_SDK: "on",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.httpEndpoint,
    OTEL_BSP_SCHEDULE_DELAY: "100",
  };
  const service = await startTrainingService({
    ...traced,
    AUDIT_LOG_DIR: temporaryDirectory(),
    AUDIT_OTLP_ENDPOINT: collector.httpEndpoint,
    OTEL_SERVICE_NAME: "training-service",
  });
  const client = await startProgram("test/story/programs/traced-client.ts", {
    args: [service.ready],
    nodeArgs: ["--import", "otel-audit/register"],
    env: { ...traced, OTEL_SERVICE_NAME: "tuning-tool" },
    ready: /called/,
  });
  await client.ended;
  return collector;
}

/** Runs a block of the document in the Collector's directory; gives the fields of each line. */
function shell(block: string, cwd: string, env: Readonly<Record<string, string>>): string[][] {
  const { status, stdout, stderr } = spawnSync("sh", ["-ec", block], {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${block}\n${stderr}`);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}

test.skipIf(whyNoFiles !== undefined)(
  "with jq: the record of a failed call leads to the spans of both sides, and its span to the record",
  async () => {
    const collector = await playCalls({});
    const [failures = "", trace = "", record = ""] = COMMANDS;
    const [failure = []] = await eventually(async () => {
      const found = shell(failures, collector.dir, {});
      return found.length > 0 ? found : undefined;
    });
    const [, action, actor, recordId, traceId = ""] = failure;
    expect([action, actor]).toEqual(["checkpoint_restore", "ann"]);

    const spans = await eventually(async () => {
      const found = shell(trace, collector.dir, { TRACE: traceId });
      return found.length >= 2 ? found : undefined;
    });
    const name = "grpc.trainer.ExperimentService/RestoreCheckpoint";
    const [client, server] = spans.toSorted(([left = ""], [right = ""]) => (left < right ? 1 : -1));
    expect(client?.slice(0, 2)).toEqual(["tuning-tool", name]);
    expect(server?.slice(0, 2)).toEqual(["training-service", name]);
    expect(server?.[3], "the parent of the server span").toBe(client?.[2]);

    expect(shell(record, collector.dir, { SPAN: server?.[2] ?? "" })).toEqual([
      [recordId, "checkpoint_restore", "ann", "failure", 'unknown checkpoint: "ckpt_007"'],
    ]);
    await collector.stop();
  },
  BUILD_TIMEOUT_MILLIS,
);

const ALL_TIME = ["0", "9223372036854775807"] as const;
const attributes = z.array(z.object({ key: z.string(), value: z.string() }));
const logShape = z.object({
  id: z.string(),
  traceID: z.string().nullable(),
  spanID: z.string().nullable(),
  eventName: z.string(),
  attributes,
});
const traceShape = z.object({
  spans: z.array(
    z.object({
      spanData: z.object({
        spanID: z.string(),
        parentSpanID: z.string().nullable(),
        kind: z.string(),
        resource: z.object({ attributes }),
        attributes,
      }),
    }),
  ),
});
type Log = z.infer<typeof logShape>;

function valueOf(of: z.infer<typeof attributes>, key: string): string | undefined {
  return of.find((one) => one.key === key)?.value;
}

/** A condition of the viewer's search, as in `audit.call.id = X`. */
function equals(name: string, value: string, field: object): object {
  return {
    id: "one",
    type: "condition",
    query: { field: { name, ...field }, fieldOperator: "=", value },
  };
}

async function searchLogs(
  viewer: RunningDesktopViewer,
  condition: object,
): Promise<readonly Log[]> {
  const found = await viewer.ask("searchLogs", ...ALL_TIME, condition);
  const ids = z.array(z.object({ id: z.string() })).parse(found);
  return await Promise.all(
    ids.map(async ({ id }) => logShape.parse(await viewer.ask("getLog", id))),
  );
}

describe.skipIf(whyNoViewer !== undefined)("in otel-desktop-viewer", () => {
  test(
    "a record has the link to its trace, the trace its spans, and a span leads to its record",
    async () => {
      const viewer = await startDesktopViewer(temporaryDirectory());
      const collector = await playCalls({
        overlays: ["overlays/otlp.yaml"],
        env: { AUDIT_OTLP_BACKEND: viewer.endpoint, AUDIT_TRACES_BACKEND: viewer.endpoint },
      });

      const failed = equals("audit.outcome", "failure", LOG_ATTRIBUTE);
      const record = await eventually(async () => (await searchLogs(viewer, failed))[0]);
      expect(record.eventName).toBe("audit.checkpoint_restore");
      const { traceID, spanID } = record;

      const spans = await eventually(async () => {
        const answer = await viewer.ask("searchSpans", traceID).catch(() => ({ spans: [] }));
        const found = traceShape.parse(answer).spans.map(({ spanData }) => spanData);
        return found.length >= 2 ? found : undefined;
      });
      const server = spans.find((span) => span.spanID === spanID);
      const client = spans.find((span) => span.spanID === server?.parentSpanID);
      const serviceOf = (span: typeof server): unknown =>
        valueOf(span?.resource.attributes ?? [], "service.name");
      expect([serviceOf(client), client?.kind]).toEqual(["tuning-tool", "Client"]);
      expect([serviceOf(server), server?.kind]).toEqual(["training-service", "Server"]);

      const callId = valueOf(server?.attributes ?? [], "audit.call.id") ?? "";
      expect(await searchLogs(viewer, equals("audit.call.id", callId, LOG_ATTRIBUTE))).toEqual([
        record,
      ]);
      const ofTrace = equals("traceID", traceID ?? "", { searchScope: "field" });
      expect(await searchLogs(viewer, ofTrace)).toEqual([record]);

      const logPage = renderedPage(`${viewer.pages}/logs/${record.id}`, temporaryDirectory());
      const link = `/traces/${traceID}?span=${spanID}`;
      expect(logPage).toContain("audit.checkpoint_restore");
      expect(logPage).toMatch(
        new RegExp(`<a [^>]*href="${link.replace("?", "\\?")}"[^>]*>${traceID}<`),
      );
      const tracePage = renderedPage(`${viewer.pages}${link}`, temporaryDirectory());
      expect(tracePage).toContain("tuning-tool");
      expect(tracePage).toContain("training-service");
      expect(tracePage).toContain(callId);
      await collector.stop();
      await viewer.stop();
    },
    BUILD_TIMEOUT_MILLIS,
  );
});

const LOG_ATTRIBUTE = { searchScope: "attribute", attributeScope: "log", type: "string" };
