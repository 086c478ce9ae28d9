/** What an inspection says of a record that stands where it cannot, or names another process than its stream does. */
import { describe, expect, test } from "vitest";
import { decodeJsonLine } from "../../src/format/index.ts";
import { edited, replace, sealed, text } from "../support/edited-journal.ts";
import { type Files, inspect, lineOf, segments } from "../support/inspected.ts";
import { journalOf, result, type Write } from "../support/key-histories.ts";
import { OPENINGS } from "../support/opening-histories.ts";
import { linesOf, STREAMS } from "../support/sealed-journal.ts";
import { TEXT_OF } from "../support/stored-forms.ts";

const [A] = STREAMS;

/** A line of the first stream under another number. */
const renumbered = (from: number, to: number): string =>
  lineOf(A, from)
    .replace(`"record_id":"${A}.${from}"`, `"record_id":"${A}.${to}"`)
    .replace(`"sequence":${from}`, `"sequence":${to}`);
const withLine = (line: string): Files => segments({ ...sealed(), [A]: [...linesOf(A), line] });
/** A stream that is not closed, and its last checkpoint. */
const unclosed: Write = ({ a }) => {
  a.checkpoint("open");
  a.add(result);
  a.checkpoint("run");
};
const NOTE_OF = (number: number): string => `its note is that of record ${A}.${number}`;
const BEHIND = "it stands behind the end of its stream, which was closed with 8 records";

describe("why a record cannot stand where it does", () => {
  const openLines = journalOf(unclosed)[A] ?? [];
  const again = (from: number, to: number): Files => {
    const line = (openLines[from - 1] ?? "")
      .replace(`"record_id":"${A}.${from}"`, `"record_id":"${A}.${to}"`)
      .replace(`"sequence":${from}`, `"sequence":${to}`);
    return { "a.jsonl": `${line}\n`, ...segments({ [A]: openLines }) };
  };
  test.each<readonly [string, string, () => Files, string]>([
    ["the last checkpoint, again", `${A}.10`, () => withLine(renumbered(9, 10)), BEHIND],
    ["an earlier checkpoint, again", `${A}.20`, () => withLine(renumbered(7, 20)), BEHIND],
    ["a result behind the last checkpoint", `${A}.10`, () => withLine(renumbered(8, 10)), BEHIND],
    [
      "a result in the place of the last one, which stands behind it",
      `${A}.9`,
      () =>
        segments({
          ...sealed(),
          [A]: [...linesOf(A).slice(0, 8), renumbered(8, 9), renumbered(9, 10)],
        }),
      BEHIND,
    ],
    [
      "a result in the place of the last one",
      `${A}.9`,
      () => segments(edited(A, 9, () => [renumbered(8, 9)])),
      "",
    ],
    [
      "the last note of a stream that is not closed, again",
      `${A}.5`,
      () => again(4, 5),
      NOTE_OF(4),
    ],
    ["its first note, again", `${A}.6`, () => again(2, 6), NOTE_OF(2)],
  ])("%s", async (_name, id, files, why) => {
    const inspection = await inspect(id, files());
    if (why === "") expect(inspection.verdict).toBe("not_covered");
    else
      expect(inspection).toMatchObject({
        verdict: "altered",
        exitCode: 1,
        headline: `ALTERED ${id}: ${why}`,
      });
  });

  test("an earlier note, where the last one stands at its place", async () => {
    const both = { "a.jsonl": `${renumbered(7, 9)}\n`, "b.jsonl": text(linesOf(A)) };
    const { copies, checkpoint } = await inspect(`${A}.9`, both);
    expect(copies.map(({ state }) => state)).toEqual(["altered", "proven"]);
    expect(checkpoint).toMatchObject({ number: 3, line: 9 });
  });
});

describe("what a record says of its process is what was signed when its stream began", () => {
  const name = "another resource than the signed one in one record of several";
  const [, write] = OPENINGS.find(([one]) => one === name) ?? [];
  if (write === undefined) throw new Error(`no history is called ${name}`);
  const lines = journalOf(write)[A] ?? [];
  test.each<readonly [string, string, Files, string]>([
    [
      "its service",
      `${A}.2`,
      segments(edited(A, 2, replace('"service":"trainer"', '"service":"billing"'))),
      'its service is "billing", and the signed one "trainer"',
    ],
    [
      "its resource",
      `${A}.3`,
      segments({ [A]: lines }),
      '"process.pid" of its resource is not what was signed',
    ],
  ])("%s", async (_name, id, files, doubt) => {
    expect(await inspect(id, files)).toMatchObject({
      verdict: "altered",
      exitCode: 1,
      copies: [{ state: "altered", doubts: [doubt] }],
    });
  });
  test("a resource that was given more on its way is not asked", async () => {
    const files = { "a.json": TEXT_OF.otlp(lines.map(decodeJsonLine)) };
    expect(await inspect(`${A}.3`, files)).toMatchObject({ verdict: "proven" });
  });
});
