/** What an inspection says of a record that somebody changed, or that is not there. */
import { describe, expect, test } from "vitest";
import { NO_RESULT } from "../../src/event/index.ts";
import { edited, replace, sealed } from "../support/edited-journal.ts";
import { type Files, inspect, lineOf, segments, view } from "../support/inspected.ts";
import { journalOf, type Write } from "../support/key-histories.ts";
import { linesOf, STREAMS } from "../support/sealed-journal.ts";

const [A, B] = STREAMS;
const OUTCOME = replace('"outcome":"success"', '"outcome":"failure"');
const SALT = /(audit_actor_id:[^:,"]+):[^,"]+/;
const withoutSalt = replace(SALT, "$1");
const addition = replace('"error":null', `"error":"${NO_RESULT}"`);
const withoutFormat = replace("format audit-checkpoint/1\\n", "");

describe("what is said of a record that", () => {
  test.each<readonly [string, string, () => Files, string, object]>([
    [
      "is not there",
      `${B}.9`,
      () => segments(sealed()),
      `record ${B}.9 is not there`,
      { verdict: "not_found", exitCode: 3, copies: [], shown: null, fields: [], leaf: null },
    ],
    [
      "is not there, although it is signed",
      `${A}.2`,
      () => segments(edited(A, 2, () => [])),
      `record ${A}.2 is not there, although a checkpoint covers it: it is missing`,
      { verdict: "not_found", exitCode: 3, checkpoint: { record: `${A}.3` } },
    ],
    [
      "may be one of those that are none",
      `${A}.2`,
      () => segments(edited(A, 2, () => ["{}", "x"])),
      `record ${A}.2 is not there, although a checkpoint covers it: it is missing; 2 lines are no records`,
      { verdict: "not_found", exitCode: 3 },
    ],
    [
      "is another one",
      `${A}.2`,
      () => segments(edited(A, 2, OUTCOME)),
      `ALTERED ${A}.2: 1 of 1 copy is not what was signed`,
      { verdict: "altered", exitCode: 1, shown: 0, checkpoint: { record: `${A}.3` } },
    ],
    [
      "is another one at one of three places",
      `${A}.2`,
      () => ({
        "a.jsonl": `${OUTCOME(lineOf(A, 2))}\n`,
        "b.json": view(lineOf(A, 2)),
        ...segments(sealed()),
      }),
      `ALTERED ${A}.2: 1 of 3 copies is not what was signed`,
      {
        verdict: "altered",
        exitCode: 1,
        copies: [{ state: "proven" }, { state: "altered" }, { state: "proven" }],
      },
    ],
    [
      "has another value in the place of a redactable one",
      `${A}.2`,
      () => segments(edited(A, 2, replace('"actor_id":"ann"', '"actor_id":"eve"'))),
      `ALTERED ${A}.2: 1 of 1 copy is not what was signed`,
      { verdict: "altered", copies: [{ state: "altered", differing: ["audit_actor_id"] }] },
    ],
    [
      "says two things",
      `${A}.8`,
      () => segments(edited(A, 8, replace('"status":"success"', '"status":"failed"'))),
      `ALTERED ${A}.8: 1 of 1 copy is not what was signed`,
      { verdict: "altered", copies: [{ state: "altered", doubts: [expect.any(String)] }] },
    ],
    [
      "says two things, and has a name that nobody looks for",
      `${A}.8`,
      () =>
        segments(
          edited(A, 8, (line) =>
            line
              .replace('"status":"success"', '"status":"failed"')
              .replace("audit.impact", "audit_impact"),
          ),
        ),
      `ALTERED ${A}.8: 1 of 1 copy is not what was signed`,
      { verdict: "altered", copies: [{ doubts: [expect.any(String), expect.any(String)] }] },
    ],
    [
      "has a seal of another form",
      `${A}.2`,
      () => segments(edited(A, 2, replace("audit_actor_id:", "audit_actor_id::"))),
      `ALTERED ${A}.2: 1 of 1 copy is not what was signed`,
      {
        verdict: "altered",
        copies: [{ doubts: ["audit.integrity.fields is not what otel-audit writes"] }],
      },
    ],
    [
      "lost a salt",
      `${A}.2`,
      () => segments(edited(A, 2, withoutSalt)),
      `record ${A}.2 is proven but for what cannot be opened: audit_actor_id`,
      { verdict: "inconclusive", exitCode: 4, copies: [{ state: "proven" }] },
    ],
    [
      "lost a salt, and part of another value",
      `${A}.2`,
      () =>
        segments(
          edited(A, 2, (line) => withoutSalt(line).replace('"note":"plateau"', '"note":"p****"')),
        ),
      `record ${A}.2 is proven but for what cannot be opened: audit_actor_id, note`,
      { verdict: "inconclusive", exitCode: 4 },
    ],
    [
      "has another value at one place, where its salt was taken away",
      `${A}.2`,
      () => ({
        ...segments(sealed()),
        "z.jsonl": `${withoutSalt(lineOf(A, 2)).replace('"actor_id":"ann"', '"actor_id":"eve"')}\n`,
      }),
      `record ${A}.2 is proven but for what cannot be opened: audit_actor_id`,
      { verdict: "inconclusive", exitCode: 4, shown: 0, copies: [{ line: 2 }, { line: 1 }] },
    ],
    [
      "nothing covers",
      `${B}.3`,
      () => segments({ [B]: linesOf(B) }),
      `record ${B}.3 is not covered: no checkpoint says what it was`,
      {
        verdict: "not_covered",
        exitCode: 4,
        copies: [{ state: "unproven" }],
        checkpoint: null,
        leaf: { signed: null },
      },
    ],
    [
      "only a changed checkpoint covers",
      `${A}.8`,
      () => segments(edited(A, 9, replace("results 1", "results 2"))),
      `ALTERED ${A}.8: a checkpoint of its stream cannot be relied on, and no other covers it`,
      {
        verdict: "altered",
        exitCode: 1,
        checkpoint: null,
        problems: [`checkpoint ${A}.9 (journal/${A}/1.jsonl:9): its signature is wrong`],
      },
    ],
    [
      "a changed checkpoint covers, and another one too",
      `${A}.1`,
      () => segments(edited(A, 9, replace("results 1", "results 2"))),
      `record ${A}.1 is proven, with a key that the log itself names`,
      { verdict: "proven", exitCode: 0, problems: [expect.stringContaining("signature")] },
    ],
    [
      "a changed checkpoint of another stream says nothing of",
      `${B}.3`,
      () => ({ ...segments({ [B]: linesOf(B) }), "a.jsonl": `${withoutFormat(lineOf(A, 3))}\n` }),
      `record ${B}.3 is not covered: no checkpoint says what it was`,
      { verdict: "not_covered", problems: [] },
    ],
    [
      "is a checkpoint that says more than its note",
      `${A}.9`,
      () => segments(edited(A, 9, replace('"service"', '"actor_id":"bob","service"'))),
      `ALTERED ${A}.9: 1 of 1 copy is not what was signed`,
      { verdict: "altered", exitCode: 1 },
    ],
    [
      "is a checkpoint with a second copy that says more",
      `${A}.9`,
      () => ({
        ...segments(sealed()),
        "z.jsonl": `${lineOf(A, 9).replace('"service"', '"actor_id":"bob","service"')}\n`,
      }),
      `ALTERED ${A}.9: 1 of 2 copies is not what was signed`,
      { verdict: "altered", copies: [{ state: "proven" }, { differing: ["audit_actor_id"] }] },
    ],
    [
      "is a checkpoint whose note is of another stream",
      `${B}.4`,
      () => ({
        ...segments(sealed()),
        "z.jsonl": `${lineOf(A, 9)
          .replaceAll(/"(record_id|stream)":"A/g, '"$1":"B')
          .replace(".9", ".4")
          .replace('"sequence":9', '"sequence":4')}\n`,
      }),
      `record ${B}.4 is not covered: no checkpoint says what it was`,
      { verdict: "not_covered" },
    ],
    [
      "is an intent that a view says has no result",
      `${A}.5`,
      () => ({ "audit_log.json": view(addition(lineOf(A, 5))), ...segments(sealed()) }),
      `record ${A}.5 is proven, with a key that the log itself names`,
      { verdict: "proven", copies: [{ state: "proven" }, { state: "proven" }] },
    ],
    [
      "is an intent that a journal says has no result",
      `${A}.5`,
      () => ({ ...segments(edited(A, 5, addition)), "z.json": view(lineOf(A, 5)) }),
      `ALTERED ${A}.5: 1 of 2 copies is not what was signed`,
      {
        verdict: "altered",
        copies: [{ state: "altered", differing: ["exception_message"] }, { state: "proven" }],
      },
    ],
  ])("%s", async (_name, id, files, headline, facts) => {
    const inspection = await inspect(id, files());
    expect(inspection.headline).toBe(headline);
    expect(inspection).toMatchObject(facts);
  });

  test("holds a mask where its salt is still there: redacted, and not another value", async () => {
    const masked = edited(A, 2, replace('"actor_id":"ann"', '"actor_id":"****"'));
    const { verdict, fields } = await inspect(`${A}.2`, segments(masked));
    expect(verdict).toBe("proven");
    expect(fields.find(({ key }) => key === "audit_actor_id")).toMatchObject({
      value: "****",
      state: "redacted",
      salt: expect.any(String) as string,
    });
  });

  test("two processes sign otherwise: the one that contradicts is named", async () => {
    const forked: Write = ({ a, b }) => {
      a.checkpoint("open");
      const before = { ...a.state };
      a.checkpoint("run");
      const forged = { ...a, records: [...a.records], state: before };
      forged.records.splice(1, 1, ...b.records.slice(0, 1));
      b.checkpoint("open");
      b.adopt(forged);
    };
    const inspection = await inspect(`${A}.2`, segments(journalOf(forked)));
    expect(inspection).toMatchObject({
      verdict: "altered",
      exitCode: 1,
      headline: `ALTERED ${A}.2: checkpoints contradict each other`,
      copies: [{ state: "proven" }],
      problems: [
        `checkpoint ${B}.3 (journal/${B}/1.jsonl:3) contradicts others: it signs other records`,
      ],
    });
  });
});
