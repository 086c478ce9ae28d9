/** Journals that have lost something, and copies that were edited, against what must be found. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  countTrail,
  matchingRecords,
  parseQuery,
  searchTrail,
  sourcesOf,
} from "../../../src/read/index.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
const QUERIES = ["actor:mallory", "-actor:ann", "actor:ann", "kind:result actor:bob"] as const;

/** A record: who did it by each line of the journal (`torn`: half a line), and by each copy. */
interface Recorded {
  readonly journal: readonly string[];
  readonly copies: readonly (string | undefined)[];
}

const actor = fc.constantFrom("ann", "bob", "mallory");
const record: fc.Arbitrary<Recorded> = fc.record({
  journal: fc.oneof(
    { weight: 6, arbitrary: actor.map((one) => [one]) },
    { weight: 2, arbitrary: fc.constant<readonly string[]>([]) },
    { weight: 1, arbitrary: fc.constant(["torn"]) },
    { weight: 1, arbitrary: fc.tuple(actor, actor) },
  ),
  copies: fc.tuple(
    fc.option(actor, { nil: undefined, freq: 5 }),
    fc.option(actor, { nil: undefined, freq: 2 }),
  ),
});

function lineOf(sequence: number, by: string): string {
  const minute = String(sequence % 60).padStart(2, "0");
  const hour = String(Math.floor(sequence / 60)).padStart(2, "0");
  const line = JSON.stringify({
    timestamp: `2026-10-01T${hour}:${minute}:00.000000Z`,
    action_type: "note",
    status: "success",
    details: {},
    error: null,
    record_id: `${STREAM}.${sequence}`,
    stream: STREAM,
    sequence,
    kind: "result",
    outcome: "success",
    actor_id: by === "torn" ? "ann" : by,
    attributes: {},
  });
  return by === "torn" ? line.slice(0, line.length / 2) : line;
}

function writeTrail(directory: string, records: readonly Recorded[], retained: number): void {
  const journal = join(directory, "journal", STREAM);
  mkdirSync(journal, { recursive: true });
  const lines = records.flatMap(({ journal: own }, at) =>
    at < retained ? [] : own.map((by) => `${lineOf(at + 1, by)}\n`),
  );
  writeFileSync(join(journal, "2.jsonl"), lines.join(""));
  const copies = [0, 1].map((copy) =>
    records.flatMap(({ copies: by }, at) => {
      const own = by[copy];
      return own === undefined ? [] : [lineOf(at + 1, own)];
    }),
  );
  writeFileSync(
    join(directory, "audit_log.json"),
    `[\n${copies[0]?.toReversed().join(",\n") ?? ""}\n]\n`,
  );
  writeFileSync(
    join(directory, "other.jsonl"),
    copies[1]?.map((line) => `${line}\n`).join("") ?? "",
  );
}

test("the journal decides where it has the record, and a copy where it does not", async () => {
  const directory = temporaryDirectory();
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 40 }),
      fc.nat(10),
      fc.constantFrom(...QUERIES),
      fc.integer({ min: 1, max: 45 }),
      async (records, retained, typed, limit) => {
        rmSync(directory, { recursive: true });
        writeTrail(directory, records, retained);
        const isWanted = (by: string | undefined): boolean =>
          by !== undefined &&
          (typed.startsWith("-") ? by !== typed.slice(7) : typed.endsWith(`:${by}`));
        const wanted = records.flatMap(({ journal, copies }, at) => {
          const own = at < retained ? [] : journal.filter((by) => by !== "torn");
          return (own.length > 0 ? own : copies).some(isWanted) ? [at + 1] : [];
        });
        const sources = await sourcesOf([directory]);
        const query = parseQuery(typed);
        for (const [order, sequences] of [
          ["oldest", wanted],
          ["newest", wanted.toReversed()],
        ] as const) {
          const found = await searchTrail(sources, query, { order, limit });
          expect(found.records.map(({ sequence }) => sequence)).toEqual(sequences.slice(0, limit));
          expect(found.total).toBe(wanted.length);
        }
        expect((await countTrail(sources, query, [])).total).toBe(wanted.length);
        const told: number[] = [];
        for await (const one of matchingRecords(sources, query))
          if (one.kind === "record") told.push(one.record.sequence);
        expect(told.toSorted((left, right) => left - right)).toEqual(wanted);
      },
    ),
  );
});
