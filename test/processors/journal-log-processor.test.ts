/** Audit records out of a LoggerProvider that is not ours. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { context, trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  type LogRecordProcessor,
  SimpleLogRecordProcessor,
} from "@opentelemetry/sdk-logs";
import { createJournalLogProcessor, type JournalLogProcessor } from "otel-audit/processors";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { decodeJsonLine } from "../../src/format/index.ts";
import { verifyFiles } from "../../src/verify/index.ts";
import { linesIn, recordsIn, unsealed, withoutCheckpoints } from "../support/journal-records.ts";
import { modulesLoadedBy } from "../support/loaded-modules.ts";
import { smallDisk } from "../support/small-disk.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

interface Setup {
  readonly directory: string;
  readonly provider: LoggerProvider;
  readonly processor: JournalLogProcessor;
  readonly exporter: InMemoryLogRecordExporter;
}

function setUp(
  directory = join(temporaryDirectory(), "audit"),
  more: LogRecordProcessor[] = [],
): Setup {
  const exporter = new InMemoryLogRecordExporter();
  const processor = createJournalLogProcessor({ directory });
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ "service.name": "trainer", password: "hunter2hunter2" }),
    processors: [...more, processor, new SimpleLogRecordProcessor({ exporter })],
  });
  onTestFinished(() => provider.shutdown());
  return { directory, provider, processor, exporter };
}

test("an audit record is in the journal when emit returns, behind a start record", async () => {
  const { directory, provider, processor, exporter } = setUp();
  expect(existsSync(directory)).toBe(false);
  provider.getLogger("otel-audit").emit({
    eventName: "audit.hp_change",
    timestamp: new Date("2026-05-27T14:30:00.123Z"),
    attributes: {
      "audit.actor.id": "ann",
      "audit.reason": "password=hunter2hunter2",
      nested: { token: "hunter2hunter2", n: 1 },
    },
    body: { after: { rate: 0.2, password: "hunter2hunter2" } },
  });
  const [start, record] = withoutCheckpoints(linesIn(directory).map(decodeJsonLine));
  expect(start?.attributes).toMatchObject({
    "audit.record.kind": "start",
    "audit.sequence.number": 1,
  });
  expect(start?.resource).toMatchObject({ "service.name": "trainer", password: "****" });
  expect(record && unsealed(record).attributes).toEqual({
    "audit.record.id": expect.stringMatching(/^[A-Za-z][\w-]{15}\.3$/) as string,
    "audit.record.kind": "result",
    // Behind the checkpoint that opens the stream.
    "audit.sequence.number": 3,
    "audit.schema.version": "1",
    "audit.time": "2026-05-27T14:30:00.123000Z",
    "audit.action": "hp_change",
    "audit.category": "training",
    "audit.impact": "high",
    "audit.outcome": "success",
    "audit.actor.id": "ann",
    "audit.reason": "password=****",
    "audit.redaction.rules": ["key:password", "key:token"],
  });
  expect(record?.body).toEqual({
    after: { rate: 0.2, password: "****" },
    nested: { token: "****", n: 1 },
  });
  expect(record?.service).toBe("trainer");
  expect(processor.counts()).toEqual({ written: 2, lost: 0 });
  // What others export is theirs to redact.
  expect(exporter.getFinishedLogRecords()[0]?.attributes["audit.reason"]).toContain("hunter2");
  await provider.forceFlush();
});

test("an attribute that has the key of another one is a detail: nobody could tell them apart", async () => {
  const { directory, provider } = setUp();
  const attributes = { audit_actor_id: "eve", "audit-time": "never", "audit.actor.id": "ann" };
  provider.getLogger("otel-audit").emit({ eventName: "audit.hp_change", attributes });
  await provider.shutdown();
  const record = withoutCheckpoints(linesIn(directory).map(decodeJsonLine)).at(-1);
  expect(record?.attributes["audit.actor.id"]).toBe("ann");
  expect(record?.body).toEqual({ audit_actor_id: "eve", "audit-time": "never" });
  expect(Object.keys(record?.attributes ?? {})).not.toContain("audit_actor_id");
  const { verdict } = await verifyFiles([directory]);
  expect(verdict).toBe("verified");
});

test("other scopes pass untouched, and create nothing", () => {
  const { directory, provider, exporter } = setUp();
  provider.getLogger("app").emit({ eventName: "audit.pause", body: "password=hunter2hunter2" });
  expect(existsSync(directory)).toBe(false);
  expect(exporter.getFinishedLogRecords()[0]?.body).toBe("password=hunter2hunter2");
});

test("the active span is named", () => {
  const { directory, provider } = setUp();
  const span = {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    traceFlags: 1,
  };
  provider.getLogger("otel-audit").emit({
    eventName: "audit.pause",
    context: trace.setSpanContext(context.active(), span),
  });
  expect(recordsIn(directory)[0]).toMatchObject({ traceId: span.traceId, spanId: span.spanId });
});

test("a record without an action is lost, and a gap record says so", () => {
  const { directory, provider, processor } = setUp();
  const logger = provider.getLogger("otel-audit");
  logger.emit({ body: "hello" });
  logger.emit({ eventName: "audit.pause" });
  expect(
    recordsIn(directory).map(({ attributes }) => [
      attributes["audit.record.kind"],
      attributes["audit.count"],
    ]),
  ).toEqual([
    ["result", undefined],
    ["gap", 1],
  ]);
  expect(processor.counts()).toEqual({ written: 3, lost: 1 });
});

test("whatever is emitted can be read back", () => {
  const { directory, provider, processor } = setUp();
  const logger = provider.getLogger("otel-audit");
  const name = fc.constantFrom(
    "audit.time",
    "audit.outcome",
    "audit.actor.id",
    "audit.record.id",
    "audit.record.kind",
    "audit.sequence.number",
    "audit.schema.version",
    "audit.call.duration_ms",
    "rpc.method",
    "exception.message",
    "audit.redaction.rules",
    "x",
  );
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.anything({ withBigInt: true, withDate: true, withMap: true })),
      fc.anything({ withBigInt: true, withDate: true, withTypedArray: true }),
      (attributes, body) => {
        const before = processor.counts().written;
        logger.emit({
          eventName: "audit.pause",
          attributes,
          body,
        });
        expect(processor.counts()).toEqual({ written: Math.max(before, 1) + 1, lost: 0 });
        const record = recordsIn(directory).at(-1);
        expect(record?.attributes["audit.action"]).toBe("pause");
        expect(["result", "intent", "delivery"]).toContain(record?.attributes["audit.record.kind"]);
      },
    ),
    { numRuns: 200 },
  );
});

test.each<[name: string, options: unknown, code: string, message: RegExp]>([
  ["no directory", {}, "invalid_option", /directory must be a path; it is undefined/],
  ["an unknown option", { directory: "x", dir: "y" }, "invalid_option", /unknown option "dir"/],
  ["a file", { directory: import.meta.filename }, "directory_unusable", /is no directory/],
  [
    "below a file",
    { directory: join(import.meta.filename, "a/b") },
    "directory_unusable",
    /cannot write/,
  ],
])("%s is refused at once", (_name, options, code, message) => {
  let error: unknown;
  try {
    createJournalLogProcessor(options as { directory: string });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
});

test("a directory that becomes unusable: emit does not throw, the loss is counted", () => {
  const parent = temporaryDirectory();
  const { provider, processor } = setUp(join(parent, "audit"));
  writeFileSync(join(parent, "audit"), "in the way");
  const logger = provider.getLogger("otel-audit");
  logger.emit({ eventName: "audit.pause" });
  logger.emit({ eventName: "audit.pause" });
  expect(processor.counts()).toEqual({ written: 0, lost: 2 });
});

test("a full disk: counted, and told when there is room", (ctx) => {
  const disk = smallDisk();
  if (disk === undefined) {
    console.warn(
      "test/processors/journal-log-processor.test.ts: SKIPPED, NOT TESTED: mounting a tmpfs needs root on Linux",
    );
    ctx.skip();
    return;
  }
  const { provider, processor, directory } = setUp(join(disk, "audit"));
  const logger = provider.getLogger("otel-audit");
  const body = { text: "x ".repeat(2000) };
  while (processor.counts().lost === 0) logger.emit({ eventName: "audit.pause", body });
  logger.emit({ eventName: "audit.pause", body });
  const { lost } = processor.counts();
  expect(lost).toBe(2);
  expect(recordsIn(directory).length).toBeGreaterThan(10);
});

test("after shutdown: nothing is written, nothing throws", async () => {
  const { provider, processor, directory } = setUp();
  const logger = provider.getLogger("otel-audit");
  logger.emit({ eventName: "audit.pause" });
  await processor.shutdown();
  await processor.shutdown();
  logger.emit({ eventName: "audit.pause" });
  expect(recordsIn(directory)).toHaveLength(1);
  expect(processor.counts().lost).toBe(1);
});

const PROGRAM = `
  import { LoggerProvider } from "@opentelemetry/sdk-logs";
  import { createJournalLogProcessor } from "otel-audit/processors";
  const provider = new LoggerProvider({ processors: [createJournalLogProcessor({ directory: process.env.DIRECTORY })] });
  const logger = provider.getLogger("otel-audit");
  for (let at = 0; at < 3; at++) logger.emit({ eventName: "audit.pause", attributes: { "audit.actor.id": "ann" } });
  console.log("end");`;

test("a process that emits ends by itself, without shutdown", async () => {
  const directory = join(temporaryDirectory(), "audit");
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["-C", "@otel-audit/source", "--input-type=module", "-e", PROGRAM],
    { env: { ...process.env, DIRECTORY: directory } },
  );
  expect([stdout, stderr]).toEqual(["end\n", ""]);
  expect(recordsIn(directory)).toHaveLength(3);
  expect(readdirSync(directory)).toContain("journal");
});

test("neither grpc-js nor an SDK for Node is loaded", async () => {
  const loaded = await modulesLoadedBy("otel-audit/processors");
  expect(loaded.filter((url) => /grpc-js|sdk-node/.test(url))).toEqual([]);
  expect(loaded.filter((url) => url.includes("src/redact/index.ts"))).toHaveLength(1);
});

test("a redaction policy of its own", () => {
  const directory = join(temporaryDirectory(), "audit");
  const processor = createJournalLogProcessor({
    directory,
    redaction: { version: 1, keys: [{ names: ["badge"] }] },
  });
  const provider = new LoggerProvider({ processors: [processor] });
  onTestFinished(() => provider.shutdown());
  provider.getLogger("otel-audit").emit({ eventName: "audit.pause", body: { badge: "B-1", n: 1 } });
  expect(recordsIn(directory)[0]?.body).toEqual({ badge: "****", n: 1 });
});

test.each([
  ["is opened as soon as it can be", "", ["start", "result", "gap"]],
  ["is opened at the end", "end", ["start", "gap"]],
])(
  "a journal that cannot be opened at first %s: its gap record counts what was lost, and no other folder is left",
  async (_when, isEnd, kinds) => {
    const directory = temporaryDirectory();
    const program = join(import.meta.dirname, "programs", "descriptors.ts");
    const command = 'ulimit -n 100; exec "$0" -C @otel-audit/source "$@"';
    const { stdout } = await promisify(execFile)(
      "bash",
      ["-c", command, process.execPath, program, directory, isEnd],
      { cwd: join(import.meta.dirname, "../..") },
    );
    const told = JSON.parse(stdout) as {
      readonly folders: readonly string[];
      readonly during: { readonly written: number; readonly lost: number };
      readonly counts: { readonly written: number; readonly lost: number };
    };
    expect(told.folders.length).toBe(0);
    expect(told.during).toEqual({ written: 0, lost: 300 });
    expect(told.counts).toEqual({ written: kinds.length, lost: 300 });
    expect(readdirSync(join(directory, "journal"))).toHaveLength(1);
    const records = withoutCheckpoints(linesIn(directory).map(decodeJsonLine));
    expect(records.map(({ attributes }) => attributes["audit.record.kind"])).toEqual(kinds);
    expect(records.at(-1)?.attributes["audit.count"]).toBe(300);
  },
);
