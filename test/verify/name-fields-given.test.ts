/** Which fields are named for findings and files that are given, whatever verification would find. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeJsonLine } from "../../src/format/index.ts";
import { leafOf } from "../../src/seal/leaf-of.ts";
import type { Finding, FindingCode } from "../../src/verify/findings.ts";
import { trailFilesOf } from "../../src/read/index.ts";
import { nameAlteredFields } from "../../src/verify/name-fields.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { replace, text } from "../support/edited-journal.ts";
import { linesOf, STREAMS } from "../support/sealed-journal.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { writeDeep } from "../support/two-verifiers.ts";

const [A] = STREAMS;
const lineOf = (number: number): string => linesOf(A)[number - 1] ?? "";

describe("of findings and files that are given", () => {
  type Given = readonly [file: string, line: number, number: number, code?: FindingCode];
  const OUTCOME = replace('"outcome":"success"', '"outcome":"denied"');
  /** What is signed of the stream, as its journal has it. */
  const signedOf = (sequence: number) => leafOf(decodeJsonLine(lineOf(sequence)));

  /** Fields and places of the proven copies that findings name; undefined: none. */
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
    const listed = await trailFilesOf(paths);
    const all = await nameAlteredFields({ findings, files: listed, signedLeaf, crypto });
    return all.map(({ message, fields }) => {
      const [, place] = /proven copy in (\S+)/.exec(message.replaceAll(`${directory}/`, "")) ?? [];
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
      "a value that was taken away with its salt is no reason to doubt a copy",
      [
        {
          ...twoFiles,
          "b.jsonl": [
            replace(
              /(audit_actor_id:[^:,"]+):[^,"]+/,
              "$1",
            )(replace('"actor_id":"ann"', '"actor_id":"****"')(second)),
          ],
        },
        [["a.jsonl", 1, 2]],
      ],
      ["audit_outcome b.jsonl:1"],
    ],
    ["a place that is not there any more", [twoFiles, [["a.jsonl", 9, 2]]], [undefined]],
    [
      "a copy that differs in nothing that is sealed",
      [
        {
          "a.jsonl": [replace('"status":"success"', '"status":"failed"')(second)],
          "b.jsonl": [second],
        },
        [["a.jsonl", 1, 2]],
      ],
      [undefined],
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

  test("of a hundred fields, and no more", async () => {
    const names = Array.from({ length: 101 }, (_, at) => `"n${String(at).padStart(3, "0")}":1`);
    const more = replace('"details":{', `"details":{${names.join()},`)(second);
    const all = await namedIn({ "a.jsonl": [more], "b.jsonl": [second] }, [["a.jsonl", 1, 2]]);
    expect(all).toEqual([expect.stringMatching(/^n000,(?:n\d+,){98}n099 b\.jsonl:1$/)]);
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
