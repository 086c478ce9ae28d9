/** Actions whose process ended before they did: one `unknown` row each, when it is sure, and never before. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { expect, onTestFinished, test } from "vitest";
import { CSV_HEADER, decodeCsvRows, encodeJsonLine } from "../../src/format/index.ts";
import { tryLockFile } from "../../src/lib/file-lock.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { catchUpViews } from "../support/views.ts";

const A = "AaaaaaaaaaaaaaaA";
const CALL = { "audit.call.id": "CaaaaaaaaaaaaaaC" };
const OTHER = { "audit.call.id": "DaaaaaaaaaaaaaaD" };
const RPC = { ...CALL, "rpc.method": "t.S/M" };
const INTENT = { "audit.record.kind": "intent", "audit.outcome": "unknown" };
const ENDED = { ...RPC, "rpc.status_code": "OK" };

/** Appends records to a journal, numbered on. */
function write(directory: string, from: number, records: readonly object[]): void {
  mkdirSync(join(directory, "journal", A), { recursive: true });
  mkdirSync(join(directory, "state"), { recursive: true });
  for (const [at, more] of records.entries()) {
    const line = encodeJsonLine(resultRecord(A, from + at, more as Record<string, string>));
    appendFileSync(join(directory, "journal", A, "1.jsonl"), `${line}\n`);
  }
}

const lockOf = (directory: string): string => join(directory, "state", `stream-${A}.lock`);

function end(directory: string): void {
  writeFileSync(lockOf(directory), "");
}

/** What both views show, oldest first: sequence, kind and outcome. */
function shown(directory: string): unknown[] {
  const csv = readFileSync(join(directory, "audit_log.csv"), "utf8").slice(CSV_HEADER.length);
  const rows = decodeCsvRows(csv).map(({ record: { attributes } }) => [
    attributes["audit.sequence.number"],
    attributes["audit.record.kind"],
    attributes["audit.outcome"],
  ]);
  const json = JSON.parse(readFileSync(join(directory, "audit_log.json"), "utf8")) as Record<
    string,
    unknown
  >[];
  const order = (list: readonly unknown[]): unknown[] =>
    list.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
  expect(order(json.map(({ sequence, kind, outcome }) => [sequence, kind, outcome]))).toEqual(
    order(rows),
  );
  return rows;
}

const UNKNOWN = (sequence: number): unknown => [sequence, "intent", "unknown"];
const SUCCESS = (sequence: number): unknown => [sequence, "result", "success"];

test.each<[name: string, records: readonly object[], rows: readonly unknown[]]>([
  ["nothing followed", [{ ...INTENT, ...RPC }], [UNKNOWN(1)]],
  ["its result", [{ ...INTENT, ...RPC }, ENDED], [SUCCESS(2)]],
  [
    "the call was something else",
    [
      { ...INTENT, ...RPC, "audit.action": "permission_change" },
      { ...ENDED, "audit.action": "rpc_call" },
    ],
    [SUCCESS(2)],
  ],
  [
    "several actions, one result of the call",
    [
      { ...INTENT, ...RPC },
      { ...INTENT, ...RPC, "audit.action": "hp_change" },
      { ...ENDED, "audit.action": "hp_change" },
    ],
    [SUCCESS(3)],
  ],
  [
    "several actions, killed behind the first of their results",
    [
      { ...INTENT, ...RPC },
      { ...INTENT, ...RPC, "audit.action": "hp_change" },
      { ...INTENT, ...RPC, "audit.action": "mode_switch" },
      { ...ENDED, "audit.action": "hp_change" },
    ],
    [SUCCESS(4), UNKNOWN(3)],
  ],
  [
    "several actions, killed behind the result of one that needs no intent",
    [
      { ...INTENT, ...RPC },
      { ...ENDED, "audit.action": "hp_change" },
    ],
    [SUCCESS(2), UNKNOWN(1)],
  ],
  [
    "an action, or else the call itself",
    [{ ...INTENT, ...RPC }, { ...INTENT, ...RPC, "audit.action": "rpc_call" }, ENDED],
    [SUCCESS(3)],
  ],
  [
    "several actions, each with its result",
    [
      { ...INTENT, ...RPC },
      { ...INTENT, ...RPC, "audit.action": "hp_change" },
      ENDED,
      { ...ENDED, "audit.action": "hp_change" },
    ],
    [SUCCESS(3), SUCCESS(4)],
  ],
  [
    "several actions, one result, and the stream went on",
    [{ ...INTENT, ...RPC }, { ...INTENT, ...RPC, "audit.action": "hp_change" }, ENDED, {}],
    [SUCCESS(3), SUCCESS(4)],
  ],
  [
    "several actions, one result, and another call that was cut in the same way",
    [
      { ...INTENT, ...RPC },
      { ...INTENT, ...RPC, "audit.action": "hp_change" },
      { ...INTENT, ...RPC, ...OTHER },
      { ...INTENT, ...RPC, ...OTHER, "audit.action": "hp_change" },
      ENDED,
      { ...ENDED, ...OTHER },
    ],
    [SUCCESS(5), SUCCESS(6), UNKNOWN(4)],
  ],
  [
    "another call's result",
    [
      { ...INTENT, ...RPC },
      { ...ENDED, ...OTHER },
    ],
    [SUCCESS(2), UNKNOWN(1)],
  ],
  [
    "code inside of the call recorded the same action",
    [{ ...INTENT, ...RPC }, CALL],
    [SUCCESS(2), UNKNOWN(1)],
  ],
  ["around, ended", [{ ...INTENT, ...CALL }, CALL], [SUCCESS(2)]],
  [
    "around twice in a call, ended once",
    [{ ...INTENT, ...CALL }, { ...INTENT, ...CALL }, CALL],
    [SUCCESS(3), UNKNOWN(2)],
  ],
  [
    "around ended, its call did not",
    [{ ...INTENT, ...RPC }, { ...INTENT, ...CALL }, CALL],
    [SUCCESS(3), UNKNOWN(1)],
  ],
])("a stream that has ended: %s", (_name, records, rows) => {
  const directory = temporaryDirectory();
  write(directory, 1, records);
  end(directory);
  catchUpViews(directory);
  expect(shown(directory)).toEqual(rows);
  catchUpViews(directory);
  expect(shown(directory)).toEqual(rows);
});

test("a stream that is being written shows nothing, also after a restart of the views", () => {
  const directory = temporaryDirectory();
  write(directory, 1, [{ ...INTENT, ...RPC }]);
  const lock = tryLockFile(lockOf(directory));
  catchUpViews(directory);
  catchUpViews(directory);
  expect(shown(directory)).toEqual([]);
  write(directory, 2, [{ ...INTENT, ...RPC, ...OTHER }, ENDED]);
  catchUpViews(directory);
  expect(shown(directory)).toEqual([SUCCESS(3)]);
  lock?.release();
  catchUpViews(directory);
  expect(shown(directory)).toEqual([SUCCESS(3), UNKNOWN(2)]);
});

test.each<[name: string, next: object, rows: readonly unknown[]]>([
  ["another result of the call", { ...ENDED, "audit.action": "hp_change" }, [SUCCESS(4)]],
  ["another record", {}, [SUCCESS(4)]],
])(
  "one of two results of a call was read before the views were restarted: %s",
  (_name, next, rows) => {
    const directory = temporaryDirectory();
    const intents = [
      { ...INTENT, ...RPC },
      { ...INTENT, ...RPC, "audit.action": "hp_change" },
    ];
    write(directory, 1, [...intents, ENDED]);
    const held = tryLockFile(lockOf(directory));
    catchUpViews(directory);
    catchUpViews(directory);
    expect(shown(directory)).toEqual([SUCCESS(3)]);
    write(directory, 4, [next]);
    catchUpViews(directory);
    held?.release();
    catchUpViews(directory);
    expect(shown(directory)).toEqual([SUCCESS(3), ...rows]);
  },
);

test("one of two results of a call was read before its process died", () => {
  const directory = temporaryDirectory();
  write(directory, 1, [
    { ...INTENT, ...RPC },
    { ...INTENT, ...RPC, "audit.action": "hp_change" },
  ]);
  write(directory, 3, [ENDED]);
  const held = tryLockFile(lockOf(directory));
  catchUpViews(directory);
  expect(shown(directory)).toEqual([SUCCESS(3)]);
  held?.release();
  catchUpViews(directory);
  expect(shown(directory)).toEqual([SUCCESS(3), UNKNOWN(2)]);
  catchUpViews(directory);
  expect(shown(directory)).toEqual([SUCCESS(3), UNKNOWN(2)]);
});

test("a stream that never had a lock has ended when nothing was written for long", () => {
  const directory = temporaryDirectory();
  write(directory, 1, [{ ...INTENT, ...RPC }]);
  catchUpViews(directory);
  expect(shown(directory)).toEqual([]);
  const old = new Date(Date.now() - 120_000);
  utimesSync(join(directory, "journal", A, "1.jsonl"), old, old);
  catchUpViews(directory);
  expect(shown(directory)).toEqual([UNKNOWN(1)]);
});

test.each(["csv", "json"])("a crash between the %s view and its state doubles nothing", (view) => {
  const directory = temporaryDirectory();
  const path = join(directory, "state", `view-${view}.json`);
  for (const before of [[], [{ ...INTENT, ...RPC }]]) {
    rmSync(directory, { recursive: true, force: true });
    write(directory, 1, [{}, ...before]);
    catchUpViews(directory);
    const state = readFileSync(path);
    if (before.length === 0) write(directory, 2, [{ ...INTENT, ...RPC }]);
    end(directory);
    catchUpViews(directory);
    writeFileSync(path, state);
    catchUpViews(directory);
    expect(shown(directory)).toEqual([SUCCESS(1), UNKNOWN(2)]);
  }
});

test("views that are built anew show the same", () => {
  const directory = temporaryDirectory();
  write(directory, 1, [{ ...INTENT, ...RPC }, {}]);
  end(directory);
  catchUpViews(directory);
  rmSync(join(directory, "audit_log.csv"));
  rmSync(join(directory, "audit_log.json"));
  catchUpViews(directory);
  expect(shown(directory)).toEqual([SUCCESS(2), UNKNOWN(1)]);
});

const PROGRAM = `
  import { createAudit } from "otel-audit";
  const audit = await createAudit({ directory: process.env.DIRECTORY, format: "journal", policy: { version: 1 } });
  const event = { action: "permission_change", actor: "ann", target: { id: "bob" }, after: { role: "x" } };
  await audit.around(event, () => {
    console.log("running");
    return new Promise((resolve) => setTimeout(resolve, 600_000));
  });`;

test("the row of an intent says in `error` why nobody knows how it ended", () => {
  const directory = temporaryDirectory();
  write(directory, 1, [{ ...INTENT, ...RPC }]);
  end(directory);
  catchUpViews(directory);
  const csv = readFileSync(join(directory, "audit_log.csv"), "utf8").slice(CSV_HEADER.length);
  const [row] = decodeCsvRows(csv);
  expect(row?.record.attributes["exception.message"]).toContain("without a result");
  const json = readFileSync(join(directory, "audit_log.json"), "utf8");
  expect(json).toContain('"status":"failed"');
  expect(json).toContain('"error":"its stream ended without a result');
});

test("a process that is killed while it acts: its row comes when it is dead", async () => {
  const directory = temporaryDirectory();
  const child = spawn(
    process.execPath,
    ["-C", "@otel-audit/source", "--input-type=module", "-e", PROGRAM],
    { env: { ...process.env, DIRECTORY: directory }, stdio: ["ignore", "pipe", "inherit"] },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const audit = await createAudit({ directory, policy: { version: 1 } });
  onTestFinished(() => audit.close());
  await audit.flush();
  expect(shown(directory)).toEqual([]);
  child.kill("SIGKILL");
  await once(child, "close");
  await audit.flush();
  // Behind the start record and the checkpoint that opens the stream.
  expect(shown(directory)).toEqual([[3, "intent", "unknown"]]);
});

test("a service that closes its audit log while it acts: one row, and none more later", async () => {
  const directory = temporaryDirectory();
  const audit = await createAudit({ directory, policy: { version: 1 } });
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const event = {
    action: "permission_change",
    actor: "ann",
    target: { id: "bob" },
    after: { role: "x" },
  } as const;
  void audit.around(event, () => {
    start();
    return new Promise(() => {});
  });
  await started;
  await audit.flush();
  expect(shown(directory)).toEqual([]);
  await audit.close();
  const rows = shown(directory);
  expect(rows).toEqual([[expect.any(Number), "result", "unknown"]]);
  await (await createAudit({ directory, policy: { version: 1 } })).close();
  expect(shown(directory)).toEqual(rows);
});
