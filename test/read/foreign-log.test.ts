/** What is read of the logs of others: whole ones, torn ones, and anything else. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readForeignLog, type ForeignLog } from "../../src/read/index.ts";
import { canRunPython } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { processorMillisSince } from "../support/processor-time.ts";

interface Event {
  readonly timestamp: string;
  readonly action_type: string;
  readonly status: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly error: string | null;
}

const EVENTS: readonly Event[] = Array.from({ length: 6 }, (_, at) => ({
  timestamp: `2026-05-27T14:30:0${at}.123456Z`,
  action_type: ["hp_change", "tag_add", "own_action"][at % 3] ?? "",
  status: at % 2 === 0 ? "success" : "failed",
  details:
    at === 4 ? {} : { "=rate": 0.1 * at, text: 'é "quoted",\nnext', list: [{ timestamp: "x" }] },
  error: at % 2 === 0 ? null : 'bad, "very"\nbad',
}));

const asJson = (events: readonly Event[]): string => JSON.stringify(events.toReversed(), null, 2);
const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const asRow = ({ timestamp, action_type: action, status, details, error }: Event): string =>
  `${timestamp},${action},${status},${cell(JSON.stringify(details))},${error === null ? "" : cell(error)}\r\n`;
const HEADER = "timestamp,action_type,status,details,error\r\n";
const asCsv = (events: readonly Event[]): string => HEADER + events.map(asRow).join("");

async function read(content: string | Uint8Array): Promise<ForeignLog> {
  const file = join(temporaryDirectory(), "log");
  writeFileSync(file, content);
  return readForeignLog(file);
}

/** Entries as the events that they were. */
const events = ({ entries }: ForeignLog): readonly Event[] =>
  entries.map(({ time = "", action, isSuccess, details, error }) => ({
    timestamp: time,
    action_type: action,
    status: isSuccess ? "success" : "failed",
    details,
    error,
  }));

describe.each([
  ["JSON", asJson, "json"],
  ["CSV", asCsv, "csv"],
] as const)("%s", (_, encode, form) => {
  test("is read whole, the oldest first", async () => {
    const log = await read(encode(EVENTS));
    expect(events(log)).toEqual(EVENTS);
    expect(log).toMatchObject({ form, problems: [], bytes: Buffer.byteLength(encode(EVENTS)) });
    expect(log.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test("behind a mark of UTF-8", async () => {
    expect(events(await read(`\ufeff${encode(EVENTS)}`))).toEqual(EVENTS);
  });

  test("of no entries", async () => {
    expect(await read(encode([]))).toMatchObject({ entries: [], problems: [] });
    expect(await read("")).toMatchObject({ entries: [], problems: [] });
  });

  test("cut anywhere: what is whole is read, what is lost is said", async () => {
    const bytes = Buffer.from(encode(EVENTS));
    for (let end = 1; end < bytes.length; end += 7) {
      if (form === "csv" && end < HEADER.length) continue;
      const log = await read(bytes.subarray(0, end));
      const found = events(log);
      const whole = form === "json" ? EVENTS.toReversed() : EVENTS;
      const sure =
        form === "csv" && log.problems.some(({ message }) => message.includes("no line end"));
      const kept = (form === "json" ? found.toReversed() : found).slice(0, sure ? -1 : undefined);
      expect(kept).toEqual(whole.slice(0, kept.length));
      // Every cut of JSON shows: the list has no end.
      if (form === "json") expect(log.problems).toHaveLength(1);
    }
  });

  test("with one cut in the middle: all others are read", async () => {
    const text = encode(EVENTS);
    const first = encode(EVENTS.slice(0, 1)).length;
    for (const length of [40, 90, 130]) {
      const broken =
        form === "csv"
          ? text.indexOf(asRow(EVENTS[2] ?? (EVENTS[0] as Event)))
          : text.indexOf("  {", first);
      const next =
        form === "csv"
          ? text.indexOf(asRow(EVENTS[3] ?? (EVENTS[0] as Event)))
          : text.indexOf("\n  {", broken + 3);
      const log = await read(`${text.slice(0, broken + length)}\n${text.slice(next)}`);
      expect(log.entries).toHaveLength(EVENTS.length - 1);
      expect(log.problems).toHaveLength(1);
      expect(log.problems[0]?.message).toMatch(/\d+ bytes are lost \(\d+ to \d+\)/);
      const { line = 0 } = log.problems[0] ?? {};
      expect(line).toBe(text.slice(0, broken).split("\n").length);
    }
  });
});

test("the order of a file is kept, whichever it is", async () => {
  expect(events(await read(JSON.stringify(EVENTS)))).toEqual(EVENTS);
  expect(events(await read(HEADER + EVENTS.toReversed().map(asRow).join("")))).toEqual(EVENTS);
});

test("lines of JSON are read too", async () => {
  const lines = EVENTS.map((event) => `${JSON.stringify(event)}\n`).join("");
  expect(events(await read(lines))).toEqual(EVENTS);
});

test("zeros that a crash left are no entries", async () => {
  const log = await read(Buffer.concat([Buffer.from(asCsv(EVENTS)), Buffer.alloc(4096)]));
  expect(events(log)).toEqual(EVENTS);
  expect(log.problems).toHaveLength(1);
  expect(
    events(await read(Buffer.concat([Buffer.from(asJson(EVENTS)), Buffer.alloc(4096)]))),
  ).toEqual(EVENTS);
});

describe("what is odd is kept, and said", () => {
  const whole = {
    timestamp: "2026-05-27T14:30:00Z",
    action_type: "pause",
    status: "success",
    details: {},
    error: null,
  };
  test.each([
    ["a time without fractions", {}, { time: "2026-05-27T14:30:00.000000Z", doubts: [] }],
    [
      "a time with an offset",
      { timestamp: "2026-05-27T14:30:00.5+02:00" },
      { time: "2026-05-27T12:30:00.500000Z" },
    ],
    [
      "a time without one",
      { timestamp: "2026-05-27T14:30:00.5" },
      { time: "2026-05-27T14:30:00.500000Z" },
    ],
    [
      "a time that is none",
      { timestamp: "yesterday" },
      { time: undefined, doubts: [expect.stringContaining("no time")] },
    ],
    ["a number for a time", { timestamp: 7 }, { time: undefined }],
    [
      "another status",
      { status: "error" },
      { isSuccess: false, doubts: [expect.stringContaining('"error"')] },
    ],
    ["details that are no map", { details: [1] }, { details: { details: [1] } }],
    ["no details", { details: undefined }, { details: {} }],
    ["an error that is no text", { error: { code: 7 } }, { error: '{"code":7}' }],
    ["more keys", { user: "ann" }, { doubts: [expect.stringContaining("user")] }],
  ] as const)("%s", async (_, change, expected) => {
    const { entries, problems } = await read(JSON.stringify([{ ...whole, ...change }]));
    expect(entries).toMatchObject([expected]);
    expect(problems).toHaveLength(entries[0]?.doubts.length ?? -1);
  });

  test("what Python writes and JSON does not have", async () => {
    const text = JSON.stringify([whole]).replace(
      '"details":{}',
      '"details":{"a":NaN,"b":-Infinity,"c":[Infinity],"d":"NaN \\" NaN","e":123456789012345678,"f":1e400}',
    );
    const { entries } = await read(text);
    expect(entries[0]?.details).toEqual({
      a: "NaN",
      b: "-Infinity",
      c: ["Infinity"],
      d: 'NaN " NaN',
      e: "123456789012345678",
      f: Infinity,
    });
  });

  test("a name that stands twice", async () => {
    const { problems } = await read(
      '[{"timestamp":"2026-05-27T14:30:00Z","action_type":"a","action_type":"b","status":"success"}]',
    );
    expect(problems).toMatchObject([{ message: expect.stringContaining("twice") as string }]);
  });

  test.each([
    ["no map", "[1]"],
    ["no action", '[{"timestamp":"2026-05-27T14:30:00Z","status":"success"}]'],
    ["no UTF-8", Buffer.from([...Buffer.from('[{"timestamp":"'), 0xff, ...Buffer.from('"}]')])],
    [
      "too deep",
      `[{"timestamp":"x","action_type":"a","details":{"a":${"[".repeat(200)}${"]".repeat(200)}}}]`,
    ],
  ])("%s is no entry", async (_, content) => {
    expect(await read(content)).toMatchObject({ entries: [], problems: [{ line: 1 }] });
  });
});

test.each([
  [
    "records of ours as JSON",
    '[{"timestamp":"x","action_type":"a","record_id":"a.1"}]',
    "need no import",
  ],
  [
    "a CSV view of ours",
    "timestamp,action_type,status,details,error,record_id,stream,sequence,kind,call_id,outcome,actor_id,actor_type,target_type,target_id,reason,method,rpc_status,duration_ms,source,service,trace_id,span_id,attributes\n",
    "is no audit log|need no import",
  ],
  ["another CSV", "a,b,c\n1,2,3\n", "is no audit log of five keys"],
  ["a picture", "\u0089PNG\r\n", "is no audit log of five keys"],
])("%s is refused", async (_, content, message) => {
  await expect(read(content)).rejects.toThrow(new RegExp(message));
});

test("a file that is not there is said", async () => {
  await expect(readForeignLog("/nonexistent/log")).rejects.toMatchObject({ code: "unreadable" });
});

test("any bytes are read to their end, and nothing is invented", async () => {
  const intact = new Set(EVENTS.map((event) => JSON.stringify(event)));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(asJson(EVENTS), asCsv(EVENTS), JSON.stringify(EVENTS)),
      fc.array(
        fc.record({
          at: fc.nat(2000),
          cut: fc.nat(400),
          put: fc.constantFrom(
            "",
            "\n",
            '"',
            "{",
            "}",
            "[",
            "\\",
            "\u0000",
            '{"timestamp":',
            ",,,",
            "é",
          ),
        }),
        { maxLength: 4 },
      ),
      async (text, edits) => {
        let edited = Buffer.from(text);
        for (const { at, cut, put } of edits)
          edited = Buffer.concat([
            edited.subarray(0, at),
            Buffer.from(put),
            edited.subarray(at + cut),
          ]);
        const log = await read(edited).catch((error: unknown) => {
          expect(error).toMatchObject({ code: "unreadable" });
          return undefined;
        });
        if (log === undefined) return;
        if (edits.length === 0) expect(events(log)).toEqual(EVENTS);
        for (const { line } of [...log.entries, ...log.problems]) expect(line).toBeGreaterThan(0);
        // Where nothing was put in, or cut out of a row, what nobody doubts is what there was.
        if (log.form === "csv" || edits.some(({ put, cut }) => put !== "" || cut > 0)) return;
        for (const event of events(log)) expect(intact).toContain(JSON.stringify(event));
      },
    ),
    { numRuns: 150, verbose: true },
  );
});

test("entries that begin again and again take no time", async () => {
  const hostile = '{"timestamp":'.repeat(200_000);
  const start = process.cpuUsage();
  const { entries, problems } = await read(`[${hostile}`);
  expect(entries).toEqual([]);
  expect(problems.length).toBeGreaterThan(0);
  expect(processorMillisSince(start)).toBeLessThan(20_000);
});

test.skipIf(!canRunPython())("what Python's json and csv write is read as it was", async () => {
  const directory = temporaryDirectory();
  const program = `
import csv, json, sys
events = json.load(sys.stdin)
json.dump(events[::-1], open("audit_log.json", "w"), indent=2)
with open("audit_log.csv", "w", newline="") as out:
    rows = csv.DictWriter(out, fieldnames=list(events[0]))
    rows.writeheader()
    for event in events:
        rows.writerow({**event, "details": json.dumps(event["details"]), "error": event["error"] or ""})
`;
  const { status } = spawnSync("python3", ["-c", program], {
    cwd: directory,
    input: JSON.stringify(EVENTS),
  });
  expect(status).toBe(0);
  for (const name of ["audit_log.json", "audit_log.csv"]) {
    const log = await readForeignLog(join(directory, name));
    expect(events(log)).toEqual(EVENTS);
    expect(log.problems).toEqual([]);
  }
});
