/** The view of the checkpoints: the lines of the journals, whatever is done to the file. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { AuditLogger, createAudit } from "otel-audit";
import { describe, expect, test } from "vitest";
import { createViewKeeper, type ViewFormat, type ViewKeeper } from "../../src/deliver/index.ts";
import { sealedStream } from "../support/successor.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const VIEW = "audit_checkpoints.jsonl";

/** The checkpoints of all journals. */
function checkpointsIn(directory: string): string[] {
  const journal = join(directory, "journal");
  return readdirSync(journal)
    .flatMap((stream) => readFileSync(join(journal, stream, "1.jsonl"), "utf8").split("\n"))
    .filter((line) => line.includes('"kind":"checkpoint"'));
}

function linesOf(path: string): string[] {
  const text = readFileSync(path, "utf8");
  if (text === "") return [];
  expect(text.endsWith("\n")).toBe(true);
  return text.slice(0, -1).split("\n");
}

interface Kept {
  readonly directory: string;
  readonly path: string;
  readonly keeper: ViewKeeper;
  readonly said: string[];
  /** Lets so much time go by. */
  readonly wait: (millis: number) => void;
  readonly run: () => void;
}

function keep(directory = temporaryDirectory(), format: ViewFormat = "csv"): Kept {
  const said: string[] = [];
  let now = 0;
  const keeper = createViewKeeper({
    directory,
    format,
    report: (line) => said.push(line),
    nowMillis: () => now,
  });
  return {
    directory,
    path: join(directory, VIEW),
    keeper,
    said,
    wait: (millis) => void (now += millis),
    run: () => void keeper.run({ isForced: true }),
  };
}

/** Two streams with several checkpoints each. */
async function twoStreams(directory: string): Promise<void> {
  for (let at = 0; at < 2; at++) {
    const { sealer, record, save } = sealedStream(directory);
    for (let round = 0; round < 3; round++) {
      record(2);
      await sealer.flush();
    }
    await sealer.close();
    save();
  }
}

describe("a service", () => {
  test.for([["json"], ["csv"], ["both"], ["journal"]] as const)(
    "in format %s",
    async ([format]) => {
      const directory = temporaryDirectory();
      const audit = await createAudit({ directory, format, policy: { version: 1 } });
      await audit.record({ action: "note_write", actor: "ann", target: { id: "1" } });
      await audit.flush();
      await audit.close();
      const checkpoints = checkpointsIn(directory);
      expect(checkpoints.length).toBeGreaterThan(1);
      const path = join(directory, VIEW);
      if (format === "journal") expect(existsSync(path)).toBe(false);
      else expect(linesOf(path)).toEqual(checkpoints);
      if (format !== "journal") expect(statSync(path).mode & 0o777).toBe(0o600);
    },
  );

  test("with views of five keys has none", async () => {
    const directory = temporaryDirectory();
    const logger = new AuditLogger(directory, { format: "both" });
    await logger.logEvent("pause", "success");
    await logger.close();
    expect(readdirSync(directory)).toContain("audit_log.csv");
    expect(existsSync(join(directory, VIEW))).toBe(false);
    expect(readdirSync(join(directory, "state")).join()).not.toContain("checkpoints");
  });
});

/** What is done to the view while nobody keeps it. */
const CHANGES: readonly {
  readonly name: string;
  readonly change: (path: string) => void;
  /** What was not ours is kept beside it. */
  readonly aside?: true;
  readonly says?: RegExp;
}[] = [
  { name: "nothing", change: () => {} },
  {
    name: "a cut last line",
    change: (path) => truncateSync(path, statSync(path).size - 10),
    aside: true,
    says: /was changed by somebody else/,
  },
  {
    name: "a part of one more line",
    change: (path) => appendFileSync(path, '{"timestamp":"20'),
    says: /ended in a row that was cut/,
  },
  {
    name: "a line of somebody else's",
    change: (path) => appendFileSync(path, "hello\n"),
    aside: true,
    says: /has rows that are no audit records/,
  },
  { name: "deleted", change: (path) => rmSync(path) },
  { name: "emptied", change: (path) => truncateSync(path, 0) },
  {
    name: "its state deleted",
    change: (path) => rmSync(join(path, "..", "state", "view-checkpoints.json")),
    aside: true,
    says: /was not written by this audit directory/,
  },
  {
    name: "replaced by a directory",
    change(path) {
      rmSync(path);
      mkdirSync(path);
    },
    aside: true,
    says: /is a directory/,
  },
];

test.for(CHANGES)("before a start: $name", async ({ change, aside, says }) => {
  const first = keep();
  const { directory, path } = first;
  await twoStreams(directory);
  first.keeper.close();
  expect(linesOf(path).toSorted()).toEqual(checkpointsIn(directory).toSorted());
  change(path);
  const second = keep(directory);
  second.run();
  await twoStreams(directory);
  second.keeper.close();
  expect(linesOf(path).toSorted()).toEqual(checkpointsIn(directory).toSorted());
  expect(existsSync(`${path}.foreign`)).toBe(aside === true);
  expect(second.said).toEqual(says === undefined ? [] : [expect.stringMatching(says)]);
});

/** What is done to it while it is kept. */
const LIVE_CHANGES: readonly (typeof CHANGES)[number][] = [
  { name: "deleted", change: (path) => rmSync(path), says: /was deleted/ },
  { name: "emptied", change: (path) => truncateSync(path, 0), says: /was cut/ },
  {
    name: "replaced",
    change(path) {
      rmSync(path);
      writeFileSync(path, "hello\n");
    },
    aside: true,
    says: /was changed/,
  },
];

test.for(LIVE_CHANGES)("while it is kept: $name", async ({ change, aside, says }) => {
  const { directory, path, keeper, said, run, wait } = keep();
  await twoStreams(directory);
  run();
  change(path);
  wait(20_000);
  run();
  await twoStreams(directory);
  keeper.close();
  expect(linesOf(path).toSorted()).toEqual(checkpointsIn(directory).toSorted());
  expect(existsSync(`${path}.foreign`)).toBe(aside === true);
  expect(said).toEqual([expect.stringMatching(says ?? /^$/)]);
});

test("renamed: a new one goes on behind its lines", async () => {
  const { directory, path, keeper, said, run, wait } = keep();
  await twoStreams(directory);
  run();
  const before = linesOf(path);
  renameSync(path, `${path}.1`);
  wait(20_000);
  await twoStreams(directory);
  run();
  keeper.close();
  expect(linesOf(`${path}.1`)).toEqual(before);
  const all = [...before, ...linesOf(path)];
  expect(all.toSorted()).toEqual(checkpointsIn(directory).toSorted());
  expect(said).toEqual([expect.stringMatching(/was renamed/)]);
});

test("killed behind its last saved state: no line stands there twice", async () => {
  const first = keep();
  const { directory, path } = first;
  const state = join(directory, "state", "view-checkpoints.json");
  await twoStreams(directory);
  first.run();
  copyFileSync(state, `${state}.old`);
  await twoStreams(directory);
  first.keeper.close();
  copyFileSync(`${state}.old`, state);
  const second = keep(directory);
  second.keeper.close();
  expect(linesOf(path).toSorted()).toEqual(checkpointsIn(directory).toSorted());
  expect(second.said).toEqual([]);
});

test("empty because there are none: what was read is not read again", async () => {
  const first = keep();
  const { directory, path } = first;
  const { record, save, stream } = sealedStream(directory);
  record(0);
  save();
  writeFileSync(join(directory, "journal", stream, "1.jsonl"), "no record\n");
  first.keeper.close();
  expect(readFileSync(path, "utf8")).toBe("");
  expect(first.said.filter((line) => line.includes("was skipped"))).toHaveLength(1);
  const second = keep(directory);
  second.keeper.close();
  expect(second.said).toEqual([]);
});
