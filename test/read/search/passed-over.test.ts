/** What is passed over without being parsed is never what was asked for. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AuditRecord } from "../../../src/event/index.ts";
import { encodeJsonLine, toFlat } from "../../../src/format/index.ts";
import { matcherOf, parseQuery, searchTrail, sourcesOf } from "../../../src/read/index.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const WORDS = [
  "ann",
  "bob",
  "a b",
  "Zoë",
  'say "no"',
  "tab\there",
  "17",
  "1e3",
  "true",
  "exp-1",
  "back\\slash",
  "\u0001",
  "timestamp",
  '{"timestamp":"',
];
const word = fc.constantFrom(...WORDS);
const time = fc
  .integer({ min: 0, max: 59 })
  .map((minute) => `2026-10-01T09:${String(minute).padStart(2, "0")}:00.000000Z`);

const record = fc
  .record({
    time,
    actor: word,
    target: fc.option(word, { nil: undefined }),
    action: fc.constantFrom("pause", "resume", "hp_change"),
    outcome: fc.constantFrom("success", "failure", "denied"),
    impact: fc.constantFrom("high", "low"),
    reason: fc.option(word, { nil: undefined }),
    body: fc.oneof(
      fc.constant({}),
      fc.dictionary(word, fc.oneof(word, fc.integer(), fc.constant({ timestamp: "2026" }))),
      word.map((value) => ({ before: {}, after: { [value]: 1 } })),
    ),
  })
  .map(
    ({ time: at, actor, target, action, outcome, impact, reason, body }) =>
      (sequence: number): AuditRecord => ({
        attributes: {
          "audit.record.id": `AbCdEfGhIjKlMnOp.${sequence}`,
          "audit.record.kind": "result",
          "audit.sequence.number": sequence,
          "audit.schema.version": "1",
          "audit.time": at,
          "audit.action": action,
          "audit.outcome": outcome,
          "audit.impact": impact,
          "audit.actor.id": actor,
          ...(target === undefined ? {} : { "audit.target.id": target }),
          ...(reason === undefined ? {} : { "audit.reason": reason }),
        },
        body,
        service: "trainer",
      }),
  );

const term = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("", "-"),
      fc.constantFrom(
        "actor",
        "target",
        "reason",
        "changed",
        "details.after.ann",
        "audit.reason",
        "text",
      ),
      fc.array(word, { minLength: 1, maxLength: 3 }),
    )
    .map(
      ([not, field, values]) =>
        `${not}${field}:${values.map((value) => JSON.stringify(value).replaceAll("\\t", "\t").replaceAll("\\u0001", "\u0001")).join(",")}`,
    ),
  fc.constantFrom(
    "action:pause",
    "action:pause,resume",
    "-action:hp_*",
    "outcome:failure",
    "impact:high",
    "has:target",
    "actor:a*",
    "duration:>1",
  ),
  time.chain((at) => fc.constantFrom(`created:>=${at}`, `created:<${at}`, `-created:>${at}`)),
);
/** Lines that our writer does not write, and readers take all the same. */
const written = fc.constantFrom(
  (line: string) => line,
  (line: string) =>
    line.replace(
      /"(ann|bob|exp-1|pause)"/g,
      (_, [first = "", ...rest]: string) =>
        `"\\u00${first.charCodeAt(0).toString(16)}${rest.join("")}"`,
    ),
  (line: string) => line.replaceAll('":"', '": "'),
  (line: string) => `${line}\r`,
);

test("whatever is asked, and however records are written", async () => {
  const directory = temporaryDirectory();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(record, written), { maxLength: 12 }),
      fc.array(term, { minLength: 1, maxLength: 4 }),
      async (made, terms) => {
        const records = made.map(([of], at) => of(at + 1));
        const file = join(directory, `${run++}.jsonl`);
        writeFileSync(
          file,
          made
            .map(([, write], at) => `${write(encodeJsonLine(records[at] as AuditRecord))}\n`)
            .join(""),
        );
        const query = parseQuery(terms, { zone: "UTC" });
        const matches = matcherOf(query);
        const expected = records
          .map(toFlat)
          .filter(matches)
          .map(({ sequence }) => sequence);
        const { records: found, problems } = await searchTrail(await sourcesOf([file]), query, {
          order: "read",
        });
        expect(problems).toEqual([]);
        expect(found.map(({ sequence }) => sequence)).toEqual(expected);
      },
    ),
    { numRuns: 500 },
  );
});
