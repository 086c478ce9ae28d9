import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  createJournalSource,
  createOtlpSender,
  createShipper,
  type Shipper,
} from "../../src/deliver/index.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { type OtlpSink, startOtlpSink } from "../support/otlp-sink.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const A = "AaaaaaaaaaaaaaaA";
const B = "BbbbbbbbbbbbbbbB";
const ids = (stream: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `${stream}.${from + at}`);

function writeJournal(directory: string, stream: string, from: number, to: number): void {
  mkdirSync(join(directory, "journal", stream), { recursive: true });
  const lines = Array.from({ length: to - from + 1 }, (_, at) => {
    const record = resultRecord(stream, from + at);
    return encodeJsonLine(
      from + at === 1 ? { ...record, resource: { "service.name": `of ${stream}` } } : record,
    );
  });
  appendFileSync(join(directory, "journal", stream, "1.jsonl"), `${lines.join("\n")}\n`);
}

function ship(
  directory: string,
  sink: OtlpSink,
  said: string[] = [],
  {
    stream,
    maxBackoffMillis = 20,
    timeoutMillis = 500,
  }: { stream?: string; maxBackoffMillis?: number; timeoutMillis?: number } = {},
): Shipper {
  const sender = createOtlpSender({
    url: `${sink.url}/v1/logs`,
    headers: { "x-key": "k" },
    protocol: "http/json",
    timeoutMillis,
  });
  const report = (line: string): void => void said.push(line);
  const shipper = createShipper({
    source: createJournalSource({
      directory,
      host: "sink",
      report,
      ...(stream === undefined ? {} : { stream }),
    }),
    sender,
    host: "sink",
    report,
    minBackoffMillis: 5,
    maxBackoffMillis,
  });
  onTestFinished(() => shipper.close());
  return shipper;
}

test("records of all streams are sent in their order, with the resource of their start record", async () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 3);
  writeJournal(directory, B, 1, 2);
  const sink = await startOtlpSink();
  const shipper = ship(directory, sink);
  await sink.until(() => sink.taken().length === 5);
  writeJournal(directory, A, 4, 4);
  shipper.wake();
  await sink.until(() => sink.taken().length === 6);
  for (const stream of [A, B]) {
    const own = sink.taken().filter((id) => id.startsWith(stream));
    expect(own).toEqual(ids(stream, 1, stream === A ? 4 : 2));
  }
  expect(sink.requests().every(({ headers }) => headers["x-key"] === "k")).toBe(true);
  expect(sink.requests().at(-1)?.body).toContain(`of ${A}`);
});

test("a restart goes on behind the cursor", async () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 3);
  const sink = await startOtlpSink();
  const first = ship(directory, sink);
  await sink.until(() => sink.taken().length === 3);
  await first.close();
  writeJournal(directory, A, 4, 5);
  ship(directory, sink);
  await sink.until(() => sink.taken().length === 5);
  expect(sink.taken()).toEqual(ids(A, 1, 5));
});

test.each([
  ["503", { status: 503 }],
  ["500", { status: 500 }],
  ["401", { status: 401 }],
  ["404", { status: 404 }],
  [
    "a rejection of everything",
    { status: 200, body: '{"partialSuccess":{"rejectedLogRecords":3,"errorMessage":"too odd"}}' },
  ],
  [
    "a rejection of everything with an int64 as text",
    { status: 200, body: '{"partialSuccess":{"rejectedLogRecords":"3"}}' },
  ],
  ["a refusal of everything", { status: 400, body: '{"message":"no such tenant"}' }],
  ["an answer that cannot be read", { status: 200, body: "<html>" }],
])("%s moves no cursor: it is said once, and everything is sent again", async (_name, bad) => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 3);
  const sink = await startOtlpSink();
  let isBad = true;
  sink.answer = () => (isBad ? bad : { status: 200 });
  const said: string[] = [];
  const shipper = ship(directory, sink, said);
  await sink.until(() => sink.requests().length >= 3);
  expect(sink.taken()).toEqual([]);
  isBad = false;
  await sink.until(() => sink.taken().length >= 3);
  await shipper.close();
  expect(new Set(sink.taken())).toEqual(new Set(ids(A, 1, 3)));
  expect(said.filter((line) => line.includes("did not take"))).toHaveLength(1);
  expect(said.filter((line) => line.includes("takes audit records again"))).toHaveLength(1);
});

test("a receiver that refuses every third request is caught up with, and is said to be ill once", async () => {
  const directory = temporaryDirectory();
  // A batch each.
  const streams = Array.from({ length: 60 }, (_, at) => `A${String(at).padStart(15, "0")}`);
  for (const stream of streams) writeJournal(directory, stream, 1, 1);
  const sink = await startOtlpSink();
  sink.answer = (request) => ({ status: request % 3 === 0 ? 500 : 200 });
  const said: string[] = [];
  const shipper = ship(directory, sink, said, { maxBackoffMillis: 3_600_000 });
  await sink.until(() => sink.taken().length === streams.length);
  await shipper.close();
  expect(said).toEqual([
    expect.stringContaining("did not take"),
    expect.stringContaining("takes audit records again"),
  ]);
});

test("one shipper of a directory sends; the next takes over when it closes", async () => {
  const directory = temporaryDirectory();
  const sink = await startOtlpSink();
  const first = ship(directory, sink);
  const second = ship(directory, sink);
  writeJournal(directory, A, 1, 2);
  first.wake();
  second.wake();
  await sink.until(() => sink.taken().length === 2);
  await first.close();
  writeJournal(directory, A, 3, 3);
  second.wake();
  await sink.until(() => sink.taken().length >= 3);
  expect(sink.taken()).toEqual(ids(A, 1, 3));
});

test("a process whose receiver does not answer lets another one ship that has a better one", async () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 3);
  const [busy, fine] = await Promise.all([startOtlpSink(), startOtlpSink()]);
  busy.answer = () => ({ status: 503, headers: { "retry-after": "60" } });
  const first = ship(directory, busy);
  await busy.until(() => busy.requests().length === 1);
  ship(directory, fine);
  await fine.until(() => fine.taken().length === 3);
  expect(fine.taken()).toEqual(ids(A, 1, 3));
  await first.close();
});

test("the streams of other processes are shipped without a pause between their batches", async () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 1);
  // Four batches.
  writeJournal(directory, B, 1, 4000);
  const sink = await startOtlpSink();
  ship(directory, sink, [], { stream: A });
  await sink.until(() => sink.requests().length === 1);
  const began = performance.now();
  await sink.until(() => sink.taken().length === 4001);
  const batches = sink.requests().length - 1;
  expect(batches).toBeGreaterThan(2);
  // A look at the directory is taken once a second: not one for each batch.
  expect(performance.now() - began).toBeLessThan((batches - 1) * 1000);
});

test("after a batch that was too large as a whole, batches get larger again", async () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 400);
  const sink = await startOtlpSink();
  sink.answer = (request) => ({ status: request <= 4 ? 413 : 200 });
  // A request that is given up while this thread writes would come twice.
  const shipper = ship(directory, sink, [], { timeoutMillis: 30_000 });
  await sink.until(() => sink.taken().length === 400);
  writeJournal(directory, A, 401, 7000);
  shipper.wake();
  await sink.until(() => sink.taken().length === 7000);
  const sizes = sink.requests().map(({ body }) => body.length);
  expect(Math.max(...sizes.slice(8))).toBeGreaterThan(1.5 * (sizes[0] ?? 0));
});

test("a receiver that calls everything too large makes no batch smaller", async () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 8);
  const sink = await startOtlpSink();
  // Each time: the whole, two halves, four quarters, eight records.
  sink.answer = (request) => ({ status: request <= 30 ? 413 : 200 });
  ship(directory, sink);
  await sink.until(() => sink.taken().length === 8);
  expect(sink.requests()).toHaveLength(31);
  expect(sink.requests()[30]?.body).toBe(sink.requests()[0]?.body);
});

test("a stream that cannot be read is said once, and stops no other", async () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 2);
  writeJournal(directory, B, 1, 2);
  // In the way of its cursor: EISDIR for root, too.
  const cursor = join(directory, "state", `ship-${A}.json`);
  mkdirSync(cursor, { recursive: true });
  const sink = await startOtlpSink();
  const said: string[] = [];
  const shipper = ship(directory, sink, said);
  await sink.until(() => sink.taken().length === 2);
  writeJournal(directory, B, 3, 3);
  shipper.wake();
  await sink.until(() => sink.taken().length === 3);
  expect(sink.taken()).toEqual(ids(B, 1, 3));
  expect(said.filter((line) => line.includes(A))).toEqual([
    expect.stringMatching(/^the records of stream A\w+ cannot be read and wait \(EISDIR/),
  ]);
  expect(shipper.status().problem).toContain(A);
  rmSync(cursor, { recursive: true });
  shipper.wake();
  await sink.until(() => sink.taken().length === 5);
  expect(sink.taken().slice(3)).toEqual(ids(A, 1, 2));
});

test("a cursor that is gone together with the start record leaves the service's name, and is said once", async () => {
  const directory = temporaryDirectory();
  const folder = join(directory, "journal", A);
  mkdirSync(folder, { recursive: true });
  const lines = [2, 3].map((at) => encodeJsonLine({ ...resultRecord(A, at), service: "trainer" }));
  writeFileSync(join(folder, "2.jsonl"), `${lines.join("\n")}\n`);
  const sink = await startOtlpSink();
  const said: string[] = [];
  ship(directory, sink, said);
  await sink.until(() => sink.taken().length === 2);
  expect(sink.requests()[0]?.body).toContain('"service.name","value":{"stringValue":"trainer"}');
  expect(said.filter((line) => line.includes("service.name alone"))).toHaveLength(1);
});

test("lines that are no records are passed over, counted and said once", async () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 2);
  appendFileSync(join(directory, "journal", A, "1.jsonl"), "garbage\n{}\n");
  writeJournal(directory, A, 3, 3);
  const sink = await startOtlpSink();
  sink.answer = (request) => ({ status: request === 1 ? 503 : 200 });
  const said: string[] = [];
  const shipper = ship(directory, sink, said);
  await sink.until(() => sink.taken().length === 3);
  await shipper.close();
  expect(shipper.status().unreadable).toBe(2);
  expect(said.filter((line) => line.includes("2 lines in the journal of stream"))).toHaveLength(1);
});

test("a lock that is replaced while a batch is on its way: what is sent again counts once", async () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 2);
  const sink = await startOtlpSink();
  const lock = join(directory, "state", "ship.lock");
  sink.answer = (request) => {
    if (request === 1) {
      rmSync(lock);
      writeFileSync(lock, "");
    }
    return { status: 200 };
  };
  const shipper = ship(directory, sink);
  await sink.until(() => sink.taken().length === 4);
  await shipper.close();
  expect(shipper.status().shipped).toBe(2);
});

test("a lock that another holds is not asked for at every wake", async () => {
  const directory = temporaryDirectory();
  const sink = await startOtlpSink();
  const source = createJournalSource({ directory, host: "sink", report: () => {} });
  let asked = 0;
  let idle = Promise.withResolvers<void>();
  const shipper = createShipper({
    source: {
      ...source,
      hold() {
        asked++;
        return false;
      },
    },
    sender: createOtlpSender({ url: sink.url, headers: {}, protocol: "http/json" }),
    host: "sink",
    report: () => {},
    onIdle: () => idle.resolve(),
  });
  const began = performance.now();
  for (let round = 0; round < 50; round++) {
    await idle.promise;
    idle = Promise.withResolvers<void>();
    shipper.wake();
  }
  expect(asked).toBeLessThanOrEqual(1 + Math.floor((performance.now() - began) / 1000));
  await shipper.close();
});

test("a cursor that cannot be saved keeps nothing from being shipped, and is saved later", async () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 2);
  writeJournal(directory, B, 1, 2);
  const saved = join(directory, "state", `ship-${A}.json`);
  // In the way of its saving: EISDIR for root, too.
  mkdirSync(`${saved}.tmp`, { recursive: true });
  const sink = await startOtlpSink();
  const said: string[] = [];
  const shipper = ship(directory, sink, said);
  await sink.until(() => sink.taken().length === 4);
  writeJournal(directory, A, 3, 3);
  shipper.wake();
  await sink.until(() => sink.taken().length === 5);
  expect(sink.taken()).toEqual([...ids(A, 1, 2), ...ids(B, 1, 2), ...ids(A, 3, 3)]);
  expect(said).toEqual([expect.stringMatching(/^how far .* cannot be kept \(EISDIR/)]);
  expect(shipper.status().problem).toBeUndefined();
  rmSync(`${saved}.tmp`, { recursive: true });
  await expect.poll(() => existsSync(saved)).toBe(true);
  await shipper.close();
  expect(said).toHaveLength(2);
  ship(directory, sink);
  writeJournal(directory, B, 3, 3);
  await sink.until(() => sink.taken().length === 6);
  expect(sink.taken().at(-1)).toBe(`${B}.3`);
});

test("a quarantine that cannot be written holds up its stream alone, and is no fault of the receiver", async () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 2);
  writeJournal(directory, B, 1, 2);
  writeFileSync(join(directory, "quarantine"), "");
  const sink = await startOtlpSink();
  sink.answer = (_request, body) => ({ status: body.includes(`${A}.1`) ? 400 : 200 });
  const said: string[] = [];
  const shipper = ship(directory, sink, said);
  await sink.until(() => sink.taken().includes(`${B}.2`));
  await expect.poll(() => said).not.toEqual([]);
  expect(said).toEqual([
    expect.stringMatching(/^the records of stream A\w+ wait: .*quarantine.*; the others are sent$/),
  ]);
  expect(shipper.status().problem).toContain(A);
  writeJournal(directory, B, 3, 3);
  shipper.wake();
  await sink.until(() => sink.taken().includes(`${B}.3`));
  rmSync(join(directory, "quarantine"));
  await expect.poll(() => shipper.status().quarantined).toBe(1);
});

test("a state directory that cannot be made is said in its own words", async () => {
  const directory = temporaryDirectory();
  writeJournal(directory, A, 1, 2);
  writeFileSync(join(directory, "state"), "");
  const sink = await startOtlpSink();
  const said: string[] = [];
  const shipper = ship(directory, sink, said);
  await expect.poll(() => said).not.toEqual([]);
  expect(said).toEqual([expect.stringMatching(/^audit records cannot be shipped now \(EEXIST/)]);
  expect(shipper.status().problem).toContain("EEXIST");
  rmSync(join(directory, "state"));
  await sink.until(() => sink.taken().length === 2);
  await shipper.close();
  expect(said[1]).toBe("audit records are shipped again");
  expect(shipper.status().problem).toBeUndefined();
});
