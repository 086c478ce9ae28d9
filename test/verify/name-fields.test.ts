/** Which fields verification names where a copy is not the record that was signed, and another one is. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { NO_RESULT } from "../../src/event/index.ts";
import { decodeJsonLine } from "../../src/format/index.ts";
import { leafOf } from "../../src/seal/leaf-of.ts";
import type { Finding, FindingCode } from "../../src/verify/findings.ts";
import { verifyFiles } from "../../src/verify/index.ts";
import { nameAlteredFields } from "../../src/verify/name-fields.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { replace, text } from "../support/edited-journal.ts";
import { linesOf, STREAMS } from "../support/sealed-journal.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { writeDeep } from "../support/two-verifiers.ts";

const [A] = STREAMS;
const lineOf = (number: number): string => linesOf(A)[number - 1] ?? "";
const addition = replace('"error":null', `"error":"${NO_RESULT}"`);
const view = (...rows: readonly string[]): string => `[\n${rows.join(",\n")}\n]\n`;
const JOURNAL = `journal/${A}/1.jsonl`;
const whole = { [JOURNAL]: text(linesOf(A)) };

/** The sentences of records that are not what was signed, and the keys that they name. */
async function named(
  files: Readonly<Record<string, string>>,
): Promise<readonly (readonly [message: string, fields: readonly string[] | undefined])[]> {
  const directory = temporaryDirectory();
  for (const [name, content] of Object.entries(files)) writeDeep(join(directory, name), content);
  const { findings } = await verifyFiles([directory]);
  return findings
    .filter(({ code }) => code === "record_altered")
    .map(({ message, fields }) => [message.replaceAll(`${directory}/`, ""), fields]);
}

const altered = (number: number): string => `record ${A}.${number} is not the one that was signed`;

describe("beside the journal stands a copy of which somebody changed", () => {
  test.each<readonly [string, number, (line: string) => string, readonly string[]]>([
    ["the outcome", 2, replace('"outcome":"success"', '"outcome":"denied"'), ["audit_outcome"]],
    [
      "the time",
      2,
      replace('"timestamp":"2026-11-21T09:00:02', '"timestamp":"2026-11-21T09:00:01'),
      ["audit_time"],
    ],
    ["the action", 2, replace('"pause"', '"resume"'), ["audit_action"]],
    ["the trace", 4, replace(/"trace_id":"[0-9a-f]/, '"trace_id":"x'), ["trace_id"]],
    ["the span", 4, replace(/"span_id":"[0-9a-f]/, '"span_id":"x'), ["span_id"]],
    [
      "the commitment of a value",
      2,
      replace("audit_actor_id:n", "audit_actor_id:m"),
      ["audit_actor_id"],
    ],
    [
      "six fields",
      4,
      (line) =>
        line
          .replace('"kind":"result"', '"kind":"intent"')
          .replace('"actor_type":"user"', '"actor_type":"service"')
          .replace('"outcome":"success"', '"outcome":"denied"')
          .replace('"audit.impact":"normal"', '"audit.impact":"low"')
          .replace('"audit.category":"audit"', '"audit.category":"access"')
          .replace('"action_type":"hp_change"', '"action_type":"pause"'),
      [
        "audit_action",
        "audit_actor_type",
        "audit_category",
        "audit_impact",
        "audit_outcome",
        "audit_record_kind",
      ],
    ],
  ])("%s", async (_name, number, change, fields) => {
    const found = await named({ ...whole, "a.jsonl": `${change(lineOf(number))}\n` });
    const more = fields.length > 5 ? ` and ${fields.length - 5} more` : "";
    const said = `${fields.slice(0, 5).join(", ")}${more}`;
    const where = `${JOURNAL}:${number}`;
    expect(found).toEqual([
      [`${altered(number)}: ${said} differ from the proven copy in ${where}`, fields],
    ]);
  });

  test("a field that the seal names twice: nothing can be held against it", async () => {
    const twice = replace('"audit.integrity.fields":"', '"audit.integrity.fields":"note,');
    const [[message, fields] = []] = await named({ ...whole, "a.jsonl": `${twice(lineOf(2))}\n` });
    expect(message).toContain("audit_actor_id, note differ from the proven copy");
    expect(fields).toEqual(["audit_actor_id", "note"]);
  });
});

describe("an intent without a result", () => {
  test("a view that says so is a copy like others", async () => {
    expect(await named({ ...whole, "audit_log.json": view(addition(lineOf(5))) })).toEqual([]);
  });
  test("a journal that says so was changed, which a view shows", async () => {
    const changed = linesOf(A).map((line, at) => (at === 4 ? addition(line) : line));
    const rows = { "audit_log.json": view(addition(lineOf(5))) };
    expect(await named({ [JOURNAL]: text(changed), ...rows })).toEqual([
      [
        `${altered(5)}: exception_message differ from the proven copy in audit_log.json:2`,
        ["exception_message"],
      ],
    ]);
  });
});

test("where no copy is proven, nothing is named", async () => {
  const changed = text([replace('"outcome":"success"', '"outcome":"denied"')(lineOf(2))]);
  const others = linesOf(A).filter((_line, at) => at !== 1);
  expect(await named({ [JOURNAL]: text(others), "a.jsonl": changed, "b.jsonl": changed })).toEqual([
    [altered(2), undefined],
    [altered(2), undefined],
  ]);
});

test("a copy that says a thing twice proves nothing", async () => {
  const changed = text([replace('"outcome":"success"', '"outcome":"denied"')(lineOf(2))]);
  const doubtful = replace('"status":"success"', '"status":"failed"')(lineOf(2));
  const journal = linesOf(A).map((line, at) => (at === 1 ? doubtful : line));
  expect(await named({ [JOURNAL]: text(journal), "a.jsonl": changed })).toEqual([
    [altered(2), undefined],
  ]);
});

describe("of findings and files that are given", () => {
  type Given = readonly [file: string, line: number, number: number, code?: FindingCode];
  const OUTCOME = replace('"outcome":"success"', '"outcome":"denied"');
  /** What is signed of the stream, as its journal has it. */
  const signedOf = (sequence: number) => leafOf(decodeJsonLine(lineOf(sequence)));

  /** Fields and places of the proven copies that findings name in the end; undefined: none. */
  async function namedIn(
    files: Readonly<Record<string, readonly string[]>>,
    given: readonly Given[],
    signedLeaf: (stream: string, sequence: number) => Uint8Array | undefined = (_stream, number) =>
      signedOf(number),
  ): Promise<readonly (string | undefined)[]> {
    const directory = temporaryDirectory();
    const paths = Object.keys(files).map((name) => join(directory, name));
    for (const [name, lines] of Object.entries(files))
      writeDeep(join(directory, name), text(lines));
    const findings = given.map(([file, line, number, code = "record_altered"]): Finding => ({
      code,
      severity: "tampered",
      message: "it",
      record: `${A}.${number}`,
      file: join(directory, file),
      line,
    }));
    const crypto = createNodeCrypto();
    const all = await nameAlteredFields({ findings, files: paths, signedLeaf, crypto });
    return all.map(({ message, fields }) => {
      const [, place] = message.replaceAll(`${directory}/`, "").split("proven copy in ");
      return fields === undefined ? undefined : `${fields.join()} ${place}`;
    });
  }
  const [second, fourth] = [lineOf(2), lineOf(4)];
  const twoFiles = { "a.jsonl": [OUTCOME(second)], "b.jsonl": [second] };

  test.each<readonly [string, Parameters<typeof namedIn>, readonly (string | undefined)[]]>([
    ["one", [twoFiles, [["a.jsonl", 1, 2]]], ["audit_outcome b.jsonl:1"]],
    [
      "other findings of the same places stay as they are",
      [
        twoFiles,
        [
          ["a.jsonl", 1, 2, "salt_left"],
          ["a.jsonl", 1, 2],
          ["b.jsonl", 1, 2, "salt_left"],
        ],
      ],
      [undefined, "audit_outcome b.jsonl:1", undefined],
    ],
    [
      "the first of several proven copies is named",
      [{ ...twoFiles, "c.jsonl": [second] }, [["a.jsonl", 1, 2]]],
      ["audit_outcome b.jsonl:1"],
    ],
    [
      "each in files of its own",
      [
        { ...twoFiles, "c.jsonl": [OUTCOME(fourth)], "d.jsonl": [fourth] },
        [
          ["a.jsonl", 1, 2],
          ["c.jsonl", 1, 4],
        ],
      ],
      ["audit_outcome b.jsonl:1", "audit_outcome d.jsonl:1"],
    ],
    [
      "two places of one file",
      [
        { "a.jsonl": [OUTCOME(second), replace('"pause"', '"resume"')(second), second] },
        [
          ["a.jsonl", 1, 2],
          ["a.jsonl", 2, 2],
        ],
      ],
      ["audit_outcome a.jsonl:3", "audit_action a.jsonl:3"],
    ],
    [
      "what is no record beside it",
      [{ ...twoFiles, "b.jsonl": ["{", '{"a":1}', second] }, [["a.jsonl", 1, 2]]],
      ["audit_outcome b.jsonl:3"],
    ],
    [
      "a file that holds no records, read before",
      [{ "0.txt": ["hello"], ...twoFiles }, [["a.jsonl", 1, 2]]],
      ["audit_outcome b.jsonl:1"],
    ],
    [
      "a file that is not there any more",
      [{ "a.jsonl": [OUTCOME(second)] }, [["b.jsonl", 1, 2]]],
      [undefined],
    ],
    [
      "nothing is signed in its place",
      [twoFiles, [["a.jsonl", 1, 2]], () => undefined],
      [undefined],
    ],
    [
      "something else is signed",
      [twoFiles, [["a.jsonl", 1, 2]], () => new Uint8Array(32)],
      [undefined],
    ],
    [
      "a copy that nobody found is not proven",
      [{ ...twoFiles, "b.jsonl": [replace('"pause"', '"resume"')(second)] }, [["a.jsonl", 1, 2]]],
      [undefined],
    ],
    [
      "nor one with another value in the place of a redactable one",
      [
        { ...twoFiles, "b.jsonl": [replace('"actor_id":"ann"', '"actor_id":"eve"')(second)] },
        [["a.jsonl", 1, 2]],
      ],
      [undefined],
    ],
    [
      "nor one that contradicts itself and has a name that nobody looks for",
      [
        {
          ...twoFiles,
          "b.jsonl": [
            second
              .replace('"status":"success"', '"status":"failed"')
              .replace("audit.impact", "audit_impact"),
          ],
        },
        [["a.jsonl", 1, 2]],
      ],
      [undefined],
    ],
  ])("%s", async (_name, given, expected) => {
    expect(await namedIn(...given)).toEqual(expected);
  });

  test("of a hundred records, and no more", async () => {
    const others = Array.from({ length: 99 }, (_, at): Given => ["c.jsonl", 1, 1000 + at]);
    const files = {
      "a.jsonl": [OUTCOME(second), OUTCOME(fourth)],
      "b.jsonl": [second, fourth],
      "d.jsonl": [replace('"pause"', '"resume"')(second)],
    };
    const last: readonly Given[] = [
      ["a.jsonl", 1, 2],
      ["a.jsonl", 2, 4],
      ["d.jsonl", 1, 2],
    ];
    const all = await namedIn(files, [...others, ...last]);
    expect(all.slice(99)).toEqual(["audit_outcome b.jsonl:1", undefined, "audit_action b.jsonl:1"]);
  });

  test("a finding that names no place stays as it is", async () => {
    const bare: Finding = {
      code: "record_altered",
      severity: "tampered",
      message: "it",
      file: "x",
    };
    const parts = { files: [], signedLeaf: () => undefined, crypto: createNodeCrypto() };
    expect(await nameAlteredFields({ findings: [bare], ...parts })).toEqual([bare]);
  });
});
