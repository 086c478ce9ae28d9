/** How one record is proven: recomputed from what an inspection shows. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Inspection, inspectRecord } from "../../src/verify/index.ts";
import { sealed, text } from "../support/edited-journal.ts";
import { keyOfTest } from "../support/fixed-stream.ts";
import { inspect, lineOf, segments } from "../support/inspected.ts";
import { HISTORIES, journalOf, result, type Write } from "../support/key-histories.ts";
import { STREAMS } from "../support/sealed-journal.ts";

const [A, B, C] = STREAMS;
const [FIRST, SECOND, OTHER] = [keyOfTest(0), keyOfTest(1), keyOfTest(2)];

const sha256 = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};
const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");

/** Goes from the fields to the signed root by hand; gives how far that is from the first leaf. */
function recompute({ fields, leaf, checkpoint }: Inspection): readonly string[] {
  for (const { key, value, salt, commitment, state } of fields) {
    if (commitment === null) expect({ state, salt }).toEqual({ state: "clear", salt: null });
    else expect(bytes(commitment.hex).toString("base64url")).toBe(commitment.base64url);
    if (state === "opened")
      expect(sha256(`\u0002${salt ?? ""}${key}\0${value ?? ""}`)).toBe(commitment?.hex);
  }
  expect(fields.map(({ key }) => key)).toEqual(fields.map(({ key }) => key).toSorted());
  const { digest, signed } = leaf ?? {};
  expect(sha256(leaf?.text ?? "")).toBe(digest?.hex);
  expect(bytes(digest?.hex ?? "").toString("base64")).toBe(digest?.base64);
  let reached = digest?.hex ?? "";
  for (const { side, sibling, joined } of checkpoint?.path ?? []) {
    const pair = side === "left" ? [sibling.hex, reached] : [reached, sibling.hex];
    reached = sha256(Buffer.of(1), ...pair.map(bytes));
    expect(reached).toBe(joined.hex);
  }
  if (checkpoint?.index === null) expect([checkpoint.path, signed]).toEqual([[], null]);
  else expect([reached, signed?.hex]).toEqual([checkpoint?.root.hex, digest?.hex]);
  expect(checkpoint?.note.split("\n").slice(0, 3)).toEqual([
    expect.stringContaining("otel-audit/"),
    String(checkpoint?.size),
    checkpoint?.root.base64,
  ]);
  return (checkpoint?.path ?? []).map(({ side }) => side);
}

describe("the records of the sealed journals", () => {
  const OWN = "is proven by its own note: it is a checkpoint";
  const ADOPTED = "is proven, but adopted: not attested by the process that wrote it";
  test.each<readonly [string, string, number | null, string, string]>([
    [`${A}.1`, `${A}.3`, 0, "right", "is proven"],
    [`${A}.2`, `${A}.3`, 1, "left", "is proven"],
    [`${A}.3`, `${A}.7`, 2, "right left right", "is proven"],
    [`${A}.4`, `${A}.7`, 3, "left left right", "is proven"],
    [`${A}.5`, `${A}.7`, 4, "right left", "is proven"],
    [`${A}.6`, `${A}.7`, 5, "left left", "is proven"],
    [`${A}.8`, `${A}.9`, 7, "left left left", "is proven"],
    [`${A}.9`, `${A}.9`, null, "", OWN],
    [`${B}.1`, `${B}.2`, 0, "", "is proven"],
    [`${B}.2`, `${C}.3`, 1, "left right", ADOPTED],
    [`${B}.3`, `${C}.3`, 2, "left", ADOPTED],
    [`${C}.4`, `${C}.4`, null, "", OWN],
  ])("%s is under %s", async (id, checkpoint, index, path, how) => {
    const inspection = await inspect(id, segments(sealed()));
    const [stream = "", sequence] = id.split(".");
    expect(inspection).toMatchObject({
      version: 1,
      record: id,
      stream,
      sequence: Number(sequence),
      verdict: "proven",
      exitCode: 0,
      headline: `record ${id} ${how}, with a key that the log itself names`,
      shown: 0,
      copies: [
        {
          file: `journal/${stream}/1.jsonl`,
          line: Number(sequence),
          state: "proven",
          leaf: inspection.leaf?.digest,
          doubts: [],
          differing: [],
        },
      ],
      checkpoint: { record: checkpoint, index, isSignatureRight: true, isKeyTrusted: null },
      problems: [],
    });
    expect(recompute(inspection).join(" ")).toBe(path);
  });

  test("what a checkpoint says of itself", async () => {
    const { checkpoint } = await inspect(`${C}.1`, segments(sealed()));
    expect(checkpoint).toMatchObject({
      file: `journal/${C}/1.jsonl`,
      line: 2,
      number: 1,
      state: "open",
      time: "2026-11-21T09:00:14.123456Z",
      key: SECOND.line,
      keyId: SECOND.note.keyId,
    });
  });

  test("values that were redacted keep their commitments; clear ones have none", async () => {
    const { fields } = await inspect(`${A}.6`, segments(sealed()));
    expect(fields.map(({ key, value, state, salt }) => [key, value, state, salt !== null])).toEqual(
      [
        ["audit_actor_id", "****", "redacted", false],
        ["audit_actor_type", "user", "clear", false],
        ["audit_category", "audit", "clear", false],
        ["audit_impact", "normal", "clear", false],
        ["audit_outcome", "success", "clear", false],
        ["audit_reason", null, "redacted", false],
        ["audit_record_kind", "result", "clear", false],
        ["audit_schema_version", "1", "clear", false],
        ["sample_ids", '["****","****"]', "redacted", false],
        ["tag_name", "defect", "opened", true],
      ],
    );
    for (const { commitment, state } of fields) expect(commitment === null).toBe(state === "clear");
  });
});

describe("which keys are trusted", () => {
  test.each<readonly [string, string, readonly string[], boolean, string]>([
    ["its own", `${A}.1`, [FIRST.line], true, "is proven, with the key given"],
    ["one that vouches for its own", `${C}.1`, [FIRST.line], true, "is proven, with the key given"],
    [
      "one that its own came after",
      `${A}.1`,
      [SECOND.line],
      false,
      "its checkpoint is signed with a key that is none of those given",
    ],
    [
      "anybody's",
      `${A}.9`,
      [OTHER.line],
      false,
      "its checkpoint is signed with a key that is none of those given",
    ],
  ])("%s", async (_name, id, keys, isKeyTrusted, said) => {
    const inspection = await inspect(id, segments(sealed()), keys);
    expect(inspection.checkpoint?.isKeyTrusted).toBe(isKeyTrusted);
    expect(inspection.headline).toContain(said);
    expect([inspection.verdict, inspection.exitCode]).toEqual(
      isKeyTrusted ? ["proven", 0] : ["altered", 1],
    );
  });

  /** A process and an adopter with another key cover the same record. */
  const both: Write = ({ a, c }) => {
    a.add(result);
    const before = { ...a.state };
    a.checkpoint("open");
    Object.assign(a.state, before);
    c.checkpoint("open");
    c.adopt(a);
  };
  test.each<readonly [string, readonly string[], string, string]>([
    ["none: that of the process", [], `${A}.3`, "proven"],
    ["that of the process", [FIRST.line], `${A}.3`, "proven"],
    ["that of the adopter alone", [SECOND.line], `${C}.3`, "altered"],
    ["both: that of the process", [SECOND.line, FIRST.line], `${A}.3`, "proven"],
  ])("of two checkpoints one with a key that is: %s", async (_name, keys, chosen, what) => {
    // The adopter's is read first.
    const files = Object.entries(segments(journalOf(both)));
    const given = Object.fromEntries(
      files.map(([name, whole]) => [name.includes(A) ? "z.jsonl" : "b.jsonl", whole]),
    );
    const { checkpoint, verdict, headline } = await inspect(`${A}.2`, given, keys);
    expect([checkpoint?.record, verdict]).toEqual([chosen, what]);
    if (what === "altered")
      expect(headline).toContain(
        "a checkpoint of its stream is signed with a key that is none of those given",
      );
  });
});

test("of each record it says what verification says", async () => {
  const [, write] = HISTORIES.find(([name]) => name === "a stream adopted") ?? [];
  if (write === undefined) throw new Error("no such history");
  const files = segments(journalOf(write));
  const said = await Promise.all([1, 2, 3, 4].map((number) => inspect(`${A}.${number}`, files)));
  expect(said.map(({ checkpoint, verdict }) => [checkpoint?.state, verdict])).toEqual([
    ["open", "proven"],
    ["adopted", "proven"],
    ["adopted", "proven"],
    [undefined, "not_found"],
  ]);
});

describe("a hundred copies are looked at, and no more", () => {
  const copies = (number: number): string =>
    text(Array.from({ length: number }, () => lineOf(A, 8)));
  test("of a record that nothing covers", async () => {
    const inspection = await inspect(`${A}.8`, { "a.jsonl": copies(101) });
    expect(inspection.copies).toHaveLength(100);
    expect(inspection.copies.at(-1)).toMatchObject({ line: 100, state: "unproven" });
    expect(inspection.verdict).toBe("not_covered");
  });
  test("all of them are proven", async () => {
    const files = { ...segments(sealed()), "z.jsonl": copies(99) };
    expect(await inspect(`${A}.8`, files)).toMatchObject({ verdict: "proven", exitCode: 0 });
  });
  test("whoever changes the next one does not get away with it", async () => {
    const changed = lineOf(A, 8).replace('"outcome":"success"', '"outcome":"failure"');
    const files = { ...segments(sealed()), "z.jsonl": `${copies(99)}${changed}\n` };
    expect(await inspect(`${A}.8`, files)).toMatchObject({
      verdict: "inconclusive",
      exitCode: 4,
      headline: `record ${A}.8 is proven by 100 copies, but 1 more was not looked at`,
    });
    const { headline } = await inspect(`${A}.8`, { ...files, "zz.jsonl": copies(1) });
    expect(headline).toContain("proven by 100 copies, but 2 more were not looked at");
  });
});

test.each(["", "pause", A, `${A}.`, `${A}.0`, `${A}.01`, `${A}.-1`, `${A}.1e3`, "short.1"])(
  "%j is no id of a record",
  async (id) => {
    await expect(inspectRecord(id, ["x"])).rejects.toMatchObject({
      code: "invalid_option",
      message: `${JSON.stringify(id)} is no id of a record, as in cJ43xB7KP1x8rM2I.5`,
    });
  },
);
