/** Places of streams that were deleted: views forget them, and nothing that they show. */
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createViewKeeper, type ViewKeeper } from "../../src/deliver/index.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { tryLockFile } from "../../src/lib/file-lock.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const A = "AaaaaaaaaaaaaaaA";
const B = "BbbbbbbbbbbbbbbB";
const C = "CccccccccccccccC";
const SHAPES = ["full", "five"] as const;
type Shape = (typeof SHAPES)[number];

interface Kept {
  readonly keeper: ViewKeeper;
  readonly said: string[];
  /** Runs often enough for everything that is due after so long. */
  readonly runAfter: (millis: number) => void;
}

function keep(directory: string, shape: Shape): Kept {
  const said: string[] = [];
  let now = 0;
  const keeper = createViewKeeper({
    directory,
    format: "both",
    shape,
    report: (line) => said.push(line),
    nowMillis: () => now,
  });
  return {
    keeper,
    said,
    runAfter(millis) {
      now += millis;
      for (let at = 0; at < 3; at++) keeper.run({ isForced: true });
    },
  };
}

const folderOf = (directory: string, stream: string): string => join(directory, "journal", stream);
const lockOf = (directory: string, stream: string): string =>
  join(directory, "state", `stream-${stream}.lock`);

function write(directory: string, stream: string, from: number, to: number): void {
  mkdirSync(folderOf(directory, stream), { recursive: true });
  for (let sequence = from; sequence <= to; sequence++) {
    const record = resultRecord(stream, sequence, { "audit.action": `${stream[0]}${sequence}` });
    appendFileSync(join(folderOf(directory, stream), "1.jsonl"), `${encodeJsonLine(record)}\n`);
  }
}

/** A directory with a stream that goes on, and one that has ended and stands in the views. */
function prepare(shape: Shape): { readonly directory: string; readonly kept: Kept } {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "state"));
  write(directory, A, 1, 2);
  const lock = tryLockFile(lockOf(directory, A));
  onTestFinished(() => lock?.release());
  write(directory, B, 1, 2);
  writeFileSync(lockOf(directory, B), "");
  const kept = keep(directory, shape);
  kept.runAfter(0);
  expect(stateOf(directory, "ended")).toContain(B);
  return { directory, kept };
}

/** As retention does. */
function purge(directory: string, stream: string): void {
  writeFileSync(join(directory, "state", "purged.json"), JSON.stringify({ [stream]: 1 }));
  rmSync(folderOf(directory, stream), { recursive: true });
  rmSync(lockOf(directory, stream));
}

function stateOf(directory: string, kind: "ended" | "view"): string {
  const names = readdirSync(join(directory, "state")).filter((name) => name.startsWith(`${kind}-`));
  // Views of five keys have no checkpoints beside them.
  expect(names).toHaveLength(names.some((name) => name.includes("five")) ? 2 : 3);
  return names.map((name) => readFileSync(join(directory, "state", name), "utf8")).join("\n");
}

/** Of the JSON view, sorted. */
function actionsIn(directory: string): string[] {
  const text = readFileSync(join(directory, "audit_log.json"), "utf8");
  return (JSON.parse(text) as { action_type: string }[])
    .map(({ action_type: action }) => action)
    .toSorted();
}

test.each(SHAPES)("%s: what retention deleted is forgotten, and still shown", (shape) => {
  const { directory, kept } = prepare(shape);
  purge(directory, B);
  write(directory, A, 3, 3);
  kept.runAfter(20_000);
  for (const kind of ["ended", "view"] as const) expect(stateOf(directory, kind)).not.toContain(B);
  kept.keeper.close();
  const next = keep(directory, shape);
  write(directory, A, 4, 4);
  next.runAfter(0);
  next.keeper.close();
  expect([...kept.said, ...next.said]).toEqual([]);
  expect(actionsIn(directory)).toEqual(["A1", "A2", "A3", "A4", "B1", "B2"]);
});

test.each(SHAPES)(
  "%s: a crash before the state is saved with it: nothing is built anew",
  (shape) => {
    const { directory, kept } = prepare(shape);
    kept.keeper.close();
    const states = readdirSync(join(directory, "state"))
      .filter((name) => name.startsWith("view-"))
      .map((name) => join(directory, "state", name));
    const before = states.map((path) => readFileSync(path));
    purge(directory, B);
    const next = keep(directory, shape);
    next.runAfter(20_000);
    next.keeper.close();
    expect(stateOf(directory, "ended")).not.toContain(B);
    for (const [at, path] of states.entries()) writeFileSync(path, before[at] ?? "");
    const last = keep(directory, shape);
    write(directory, A, 3, 3);
    last.keeper.close();
    expect(last.said).toEqual([]);
    expect(actionsIn(directory)).toEqual(["A1", "A2", "A3", "B1", "B2"]);
  },
);

test.each(SHAPES)("%s: turns go on behind those of streams that are forgotten", (shape) => {
  const { directory, kept } = prepare(shape);
  purge(directory, B);
  kept.runAfter(20_000);
  kept.keeper.close();
  write(directory, C, 1, 1);
  writeFileSync(lockOf(directory, C), "");
  const next = keep(directory, shape);
  next.runAfter(0);
  next.keeper.close();
  expect(stateOf(directory, "ended")).toContain(`"sequence":1,"turn":2}`);
});

test.each(SHAPES)("%s: a folder that is gone for a while keeps its place", (shape) => {
  const { directory, kept } = prepare(shape);
  for (const stream of [A, B]) {
    const folder = folderOf(directory, stream);
    renameSync(folder, join(directory, stream));
    kept.runAfter(20_000);
    kept.runAfter(20_000);
    renameSync(join(directory, stream), folder);
    kept.runAfter(20_000);
  }
  write(directory, A, 3, 3);
  kept.keeper.close();
  expect(actionsIn(directory)).toEqual(["A1", "A2", "A3", "B1", "B2"]);
});

test.each(SHAPES)("%s: gone for long, without a word of retention", (shape) => {
  const { directory, kept } = prepare(shape);
  rmSync(folderOf(directory, B), { recursive: true });
  kept.runAfter(20_000);
  kept.runAfter(9 * 60_000);
  expect(stateOf(directory, "ended")).toContain(B);
  kept.runAfter(2 * 60_000);
  expect(stateOf(directory, "ended")).not.toContain(B);
  // Somebody writes it: its folder will come back.
  rmSync(folderOf(directory, A), { recursive: true });
  write(directory, C, 1, 1);
  kept.runAfter(20_000);
  kept.runAfter(11 * 60_000);
  kept.keeper.close();
  expect(stateOf(directory, "view")).toContain(A);
});
