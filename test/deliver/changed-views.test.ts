/** What somebody else does to a view while we keep it: noticed, told, recorded, and nothing is overwritten. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createViewKeeper, type ViewKeeper } from "../../src/deliver/index.ts";
import { openJsonView } from "../../src/deliver/views/json-view.ts";
import type { FileChange } from "../../src/event/index.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { readRound } from "../support/read-round.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const A = "AaaaaaaaaaaaaaaA";
type Shape = "full" | "five";

interface Kept {
  readonly directory: string;
  readonly keeper: ViewKeeper;
  readonly said: string[];
  readonly changes: FileChange[];
  /** Records so many more, and shows them. */
  readonly write: (count: number) => void;
  /** Lets so much time go by. */
  readonly wait: (millis: number) => void;
}

function keepViews(shape: Shape, directory = temporaryDirectory(), written = 0): Kept {
  const said: string[] = [];
  const changes: FileChange[] = [];
  let [sequence, now] = [written, 0];
  mkdirSync(join(directory, "journal", A), { recursive: true });
  const keeper = createViewKeeper({
    directory,
    format: "both",
    shape,
    report: (line) => said.push(line),
    fileChanged: (change) => changes.push(change),
    nowMillis: () => now,
  });
  return {
    directory,
    keeper,
    said,
    changes,
    write(count) {
      for (let at = 0; at < count; at++) {
        const record = resultRecord(A, ++sequence, { "audit.action": `a${sequence}` });
        appendFileSync(join(directory, "journal", A, "1.jsonl"), `${encodeJsonLine(record)}\n`);
      }
      keeper.run({ isForced: true });
    },
    wait: (millis) => void (now += millis),
  };
}

/** Actions in a view, oldest first. */
function actionsIn(path: string): string[] {
  const text = readFileSync(path, "utf8");
  if (!path.includes(".json")) {
    const [header, ...rows] = text.split(/\r?\n/);
    expect(header).toMatch(/^timestamp,action_type,status,details,error/);
    expect(rows.pop()).toBe("");
    return rows.map((row) => row.split(",")[1] ?? "");
  }
  const values = JSON.parse(text) as { action_type: string }[];
  return values.map(({ action_type: action }) => action).toReversed();
}

const actions = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `a${from + at}`);

const FILES = ["audit_log.csv", "audit_log.json"];
const CASES = (["full", "five"] as const).flatMap((shape) =>
  FILES.map((file): [Shape, string] => [shape, file]),
);

test.each(CASES)("%s %s renamed: the new one goes on with new rows", (shape, file) => {
  const { directory, keeper, said, changes, write } = keepViews(shape);
  const path = join(directory, file);
  write(3);
  renameSync(path, `${path}.1`);
  write(2);
  expect(actionsIn(`${path}.1`)).toEqual(actions(1, 3));
  expect(actionsIn(path)).toEqual(actions(4, 5));
  expect(said).toEqual([expect.stringContaining(`${path} was renamed`)]);
  expect(changes).toEqual([{ file, change: "renamed", isRestored: false }]);
  keeper.close();
  // The next process knows it too.
  const next = keepViews(shape, directory, 5);
  next.write(1);
  next.keeper.close();
  expect(actionsIn(path)).toEqual(actions(4, 6));
  expect(next.said).toEqual([]);
});

test.each(CASES)("%s %s renamed, with an empty one in its place", (shape, file) => {
  const { directory, keeper, changes, write } = keepViews(shape);
  const path = join(directory, file);
  write(3);
  renameSync(path, `${path}.1`);
  writeFileSync(path, "");
  write(2);
  keeper.close();
  expect(actionsIn(path)).toEqual(actions(4, 5));
  expect(changes).toEqual([{ file, change: "renamed", isRestored: false }]);
  expect(readdirSync(directory).filter((name) => name.includes("foreign"))).toEqual([]);
});

test.each(CASES)("%s %s renamed, with somebody else's in its place", (shape, file) => {
  const { directory, keeper, changes, write } = keepViews(shape);
  const path = join(directory, file);
  write(3);
  renameSync(path, `${path}.1`);
  writeFileSync(path, "theirs");
  write(2);
  keeper.close();
  expect(actionsIn(path)).toEqual(actions(4, 5));
  expect(readFileSync(`${path}.foreign`, "utf8")).toBe("theirs");
  expect(changes).toEqual([
    { file, change: "renamed", keptAs: `${file}.foreign`, isRestored: false },
  ]);
});

const GONE: readonly [string, FileChange["change"], (path: string) => void][] = [
  ["deleted", "deleted", (path) => rmSync(path)],
  ["cut to nothing", "truncated", (path) => truncateSync(path)],
];

test.each(CASES.flatMap((one) => GONE.map((how) => [...one, ...how] as const)))(
  "%s %s %s: it is whole again",
  (shape, file, _, change, act) => {
    const { directory, keeper, said, changes, write } = keepViews(shape);
    const path = join(directory, file);
    write(3);
    act(path);
    write(2);
    expect(actionsIn(path)).toEqual(actions(1, 5));
    expect(changes).toEqual([{ file, change, isRestored: true }]);
    expect(said).toHaveLength(1);
    keeper.close();
    expect(actionsIn(path)).toEqual(actions(1, 5));
    expect(readdirSync(directory).filter((name) => name.includes("foreign"))).toEqual([]);
  },
);

const CHANGED: readonly [string, FileChange["change"], (path: string) => void][] = [
  ["cut in a row", "truncated", (path) => truncateSync(path, 90)],
  ["overwritten", "replaced", (path) => writeFileSync(path, "theirs ".repeat(1000))],
  [
    "replaced",
    "replaced",
    (path) => {
      writeFileSync(`${path}.new`, "theirs");
      renameSync(`${path}.new`, path);
    },
  ],
  ["grown", "replaced", (path) => appendFileSync(path, "theirs")],
];

test.each(CASES.flatMap((one) => CHANGED.map((how) => [...one, ...how] as const)))(
  "%s %s %s: theirs is kept, ours is whole again",
  (shape, file, _, change, act) => {
    const { directory, keeper, said, changes, write } = keepViews(shape);
    const path = join(directory, file);
    write(3);
    act(path);
    const theirs = readFileSync(path, "utf8");
    write(2);
    keeper.close();
    expect(actionsIn(path)).toEqual(actions(1, 5));
    expect(readFileSync(`${path}.foreign`, "utf8")).toBe(theirs);
    expect(changes).toEqual([{ file, change, keptAs: `${file}.foreign`, isRestored: true }]);
    expect(said).toHaveLength(1);
  },
);

test("copytruncate: the copy has the old rows, the view is whole, no row is torn", () => {
  const { directory, keeper, write } = keepViews("full");
  const path = join(directory, "audit_log.csv");
  write(100);
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
  write(100);
  keeper.close();
  expect(actionsIn(`${path}.1`)).toEqual(actions(1, 100));
  expect(actionsIn(path)).toEqual(actions(1, 200));
});

test.each(CASES)("%s %s that is changed all the time is made anew now and then", (shape, file) => {
  const { directory, keeper, changes, write, wait } = keepViews(shape);
  const path = join(directory, file);
  write(1);
  for (let at = 0; at < 100; at++) {
    if (existsSync(path)) appendFileSync(path, "theirs");
    write(1);
    wait(500);
  }
  // 50 s: at the start, after 10 s, and after 20 s more.
  expect(changes).toHaveLength(3);
  wait(60_000);
  write(1);
  keeper.close();
  expect(actionsIn(path)).toEqual(actions(1, 102));
  expect(changes).toHaveLength(4);
});

test("a view that was renamed while nobody kept it: the new one goes on behind its rows", () => {
  const { directory, keeper, write } = keepViews("full");
  write(3);
  keeper.close();
  for (const file of FILES) renameSync(join(directory, file), join(directory, `${file}.1`));
  const next = keepViews("full", directory, 3);
  next.write(2);
  next.keeper.close();
  for (const file of FILES) {
    expect(actionsIn(join(directory, `${file}.1`))).toEqual(actions(1, 3));
    expect(actionsIn(join(directory, file))).toEqual(actions(4, 5));
  }
});

test("a JSON view that was renamed and then deleted: what the renamed one has is not shown again", () => {
  const { directory, keeper, write } = keepViews("full");
  const path = join(directory, "audit_log.json");
  write(3);
  renameSync(path, `${path}.1`);
  write(2);
  keeper.close();
  rmSync(path);
  const next = keepViews("full", directory, 5);
  next.write(1);
  next.keeper.close();
  expect(actionsIn(path)).toEqual(actions(4, 6));
});

test("renamed while nobody kept it, and deleted later: streams that were born and ended since are shown", () => {
  const { directory, keeper, write } = keepViews("full");
  const path = join(directory, "audit_log.json");
  write(3);
  keeper.close();
  renameSync(path, `${path}.1`);
  const next = keepViews("full", directory, 3);
  next.write(1);
  const born = "BbbbbbbbbbbbbbbB";
  mkdirSync(join(directory, "journal", born), { recursive: true });
  const record = resultRecord(born, 1, { "audit.action": "b1" });
  writeFileSync(join(directory, "journal", born, "1.jsonl"), `${encodeJsonLine(record)}\n`);
  writeFileSync(join(directory, "state", `stream-${born}.lock`), "");
  next.keeper.run({ isForced: true });
  next.keeper.run({ isForced: true });
  next.keeper.close();
  expect(readFileSync(join(directory, "state", "ended-json.json"), "utf8")).toContain(born);
  rmSync(path);
  keepViews("full", directory, 4).keeper.close();
  expect(actionsIn(path).toSorted()).toEqual(["a4", "b1"]);
});

test("files that stood there before us are recorded too", () => {
  const directory = temporaryDirectory();
  for (const file of FILES) writeFileSync(join(directory, file), "[1]");
  const { keeper, changes, write, wait } = keepViews("full", directory);
  wait(10_000);
  write(1);
  keeper.close();
  expect(changes.toSorted((left, right) => (left.file < right.file ? -1 : 1))).toEqual(
    FILES.map((file) => ({ file, change: "foreign", keptAs: `${file}.foreign`, isRestored: true })),
  );
});

function nextPart(directory: string): string {
  const parts = readdirSync(directory).filter((name) => /^audit_log-\d+\.json$/.test(name));
  return `audit_log-${parts.length + 1}.json`;
}

test("closed parts: what is put in their place is kept, a name that is taken is freed", () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "state"));
  const changes: FileChange[] = [];
  const said: string[] = [];
  const view = openJsonView({
    directory,
    report: (line) => said.push(line),
    fileChanged: (change) => changes.push(change),
    nowMillis: () => 0,
    maxPartBytes: 500,
  });
  let inTheWay = "";
  mkdirSync(join(directory, "journal", A), { recursive: true });
  for (let sequence = 1; sequence <= 12; sequence++) {
    if (sequence === 9) inTheWay = nextPart(directory);
    if (sequence === 9) writeFileSync(join(directory, inTheWay), "[]");
    const line = encodeJsonLine(resultRecord(A, sequence));
    appendFileSync(join(directory, "journal", A, "1.jsonl"), `${line}\n`);
    const { records, positions } = readRound(directory, view);
    view.append(records, positions);
    view.settle({ isForced: true });
  }
  const part = (number: number): string => join(directory, `audit_log-${number}.json`);
  expect(changes).toEqual([
    {
      file: inTheWay,
      change: "foreign",
      keptAs: `${inTheWay}.foreign`,
      isRestored: true,
    },
  ]);
  rmSync(part(1));
  truncateSync(part(2), 10);
  writeFileSync(part(3), "[]".padEnd(2000));
  expect(view.check()).toBe(true);
  expect(view.check()).toBe(true);
  expect(changes.slice(1)).toEqual([
    { file: "audit_log-1.json", change: "deleted", isRestored: false },
    {
      file: "audit_log-2.json",
      change: "truncated",
      keptAs: "audit_log-2.json.foreign",
      isRestored: false,
    },
    {
      file: "audit_log-3.json",
      change: "replaced",
      keptAs: "audit_log-3.json.foreign",
      isRestored: false,
    },
  ]);
  expect(said).toHaveLength(4);
  view.close();
});
