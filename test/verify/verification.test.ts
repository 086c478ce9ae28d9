/** What the options of a verification change, on the sealed journals. */
import { describe, expect, test } from "vitest";
import type { AuditRecord } from "../../src/event/index.ts";
import { createExaminer } from "../../src/verify/examine.ts";
import { examineBlock } from "../../src/verify/examine-block.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { reportOf, type VerificationReport } from "../../src/verify/report.ts";
import { createVerification } from "../../src/verify/verification.ts";
import type { VerificationOptions } from "../../src/verify/verification-options.ts";
import { keyOfTest } from "../support/fixed-stream.ts";
import { attribute, type Edit, edited, journal, STREAMS } from "../support/sealed-journal.ts";

const [A, B, C] = STREAMS;
const [FIRST, OTHER] = [keyOfTest(0), keyOfTest(2)];
const publicKeys = [FIRST.note];

async function verified(
  options: Partial<VerificationOptions> = {},
  records: readonly AuditRecord[] = journal(),
): Promise<VerificationReport> {
  const crypto = createNodeCrypto();
  const verification = createVerification({ crypto, ...options });
  const read = records.map((record, at) => ({ record, line: at + 1, doubts: [] }));
  const block = { file: "journal", isView: false, records: read, problems: [] };
  await verification.add(await examineBlock(block, createExaminer(crypto)));
  return reportOf(verification.finish());
}

/** Codes that are there with the options, and not without them. */
async function added(
  options: Partial<VerificationOptions>,
  records = journal(),
): Promise<readonly string[]> {
  const said = ({ findings }: VerificationReport): readonly string[] =>
    findings.map(({ code, severity, stream = "" }) => `${severity} ${code} ${stream}`.trim());
  const [usual, now] = await Promise.all([verified({}, records), verified(options, records)]);
  return said(now).filter((one) => !said(usual).includes(one));
}

/** The policy that was in force, as the first checkpoint of a stream says it. */
const DIGEST =
  journal()
    .flatMap(
      ({ attributes }) =>
        /redaction-policy (\S+)/.exec(String(attributes["audit.checkpoint.note"])) ?? [],
    )
    .at(1) ?? "";
/** The action of the record that has redacted fields. */
const REDACTED = String(journal()[5]?.attributes["audit.action"]);
const headOf = async (
  stream: string,
): Promise<{ readonly size: number; readonly root: string }> => {
  const head = (await verified()).streams.find((one) => one.stream === stream)?.head;
  if (head === undefined) throw new Error("no head");
  return head;
};

test.each<readonly [string, Partial<VerificationOptions>, readonly string[]]>([
  ["none", {}, []],
  ["strictness", { isStrict: true }, ["inconclusive records_adopted"]],
  ["no strictness", { isStrict: false }, []],
  ["the digest of the policy", { redactionDigests: ["x", DIGEST] }, []],
  [
    "digests of other policies",
    { redactionDigests: ["x", "y"] },
    [A, B, C].map((stream) => `inconclusive policy_differs ${stream}`),
  ],
  [
    "no digest",
    { redactionDigests: [] },
    [A, B, C].map((stream) => `inconclusive policy_differs ${stream}`),
  ],
  ["a policy that explains every redaction", { isExplained: () => true }, []],
  [
    "a policy that explains one key",
    { isExplained: (key) => key === "audit_reason" },
    Array.from({ length: 2 }, () => `inconclusive field_unexplained ${A}`),
  ],
  [
    "a policy that explains the records of an action",
    { isExplained: (_key, action) => action === REDACTED },
    [],
  ],
  ["a key that signed, or vouches for one", { publicKeys }, []],
  ["a key of nobody's", { publicKeys: [OTHER.note] }, ["tampered foreign_key"]],
  ["a time before all of them", { window: { since: 0, until: 1 } }, ["inconclusive time_unread"]],
])("%s", async (_name, options, codes) => {
  expect((await added(options)).map((one) => one.replace(/(foreign_key) .*/, "$1"))).toEqual(codes);
});

describe("a record twice", () => {
  const twice = [...journal(), ...journal().slice(1, 2)];
  test.each<readonly [string, Partial<VerificationOptions>, readonly string[]]>([
    ["copies are expected", { areCopiesExpected: true }, []],
    ["they are not", { areCopiesExpected: false }, [`tampered record_inserted ${A}`]],
    [
      "not, but in a stream that was cut",
      { areCopiesExpected: false, cutStreams: new Map([[A, "shown"]]) },
      [],
    ],
    [
      "not, and nobody can be believed who says of a cut",
      { areCopiesExpected: false, cutStreams: new Map([[A, "said"]]) },
      [`inconclusive record_unproven ${A}`],
    ],
    [
      "not, and another stream was cut",
      { areCopiesExpected: false, cutStreams: new Map([[B, "shown"]]) },
      [`tampered record_inserted ${A}`],
    ],
  ])("%s", async (_name, options, codes) => {
    expect(await added(options, twice)).toEqual(codes);
  });
});

describe("of a piece of time", () => {
  const window = { since: Date.parse("2026-11-21T09:00:03.500Z"), until: Infinity };
  const id = (number: number): string => `${A}.${number}`;
  test.each<readonly [string, string, Edit, boolean]>([
    ["what a record says twice, before it", id(2), attribute("audit.sequence.number", 7), false],
    ["what a record says twice, in it", id(4), attribute("audit.sequence.number", 7), true],
    ["what a checkpoint says twice, in it", id(7), attribute("audit.sequence.number", 8), true],
    ["another service, before it", id(2), (record) => ({ ...record, service: "x" }), false],
    ["another service, in it", id(4), (record) => ({ ...record, service: "x" }), true],
  ])("%s", async (_name, record, edit, isFound) => {
    const { findings } = await verified({ window }, edited(record, edit));
    const found = findings.filter(({ code }) => code === "text_contradicts");
    expect(found.map((one) => one.record)).toEqual(isFound ? [record] : []);
  });

  test("records outside of it are no more than read", async () => {
    const { records } = await verified({ window: { since: 0, until: 1 } });
    expect(records).toMatchObject({ adopted: 0, missing: 0, unsigned: 0 });
    const all = await verified({ window: { since: 0, until: Infinity } });
    expect(all.records).toMatchObject({ adopted: 2, proven: 14 });
  });

  test("what a checkpoint before it says twice: it is needed all the same", async () => {
    const records = edited(id(3), attribute("audit.sequence.number", 7));
    const { findings } = await verified({ window }, records);
    expect(findings.map(({ code, record }) => [code, record])).toContainEqual([
      "text_contradicts",
      id(3),
    ]);
  });
});

describe("an anchor", () => {
  test.each<readonly [string, Partial<VerificationOptions>, object, readonly string[], string]>([
    ["that is right, and no key", {}, {}, [], "log"],
    ["that is right, and a key", { publicKeys }, {}, [], "anchored"],
    ["of a key that is trusted", { publicKeys }, { signedBy: FIRST.line }, [], "anchored"],
    [
      "of nobody's key counts for nothing",
      { publicKeys },
      { signedBy: OTHER.line, root: "x" },
      ["inconclusive anchor_untrusted"],
      "pinned",
    ],
    [
      "of a key that a trusted one vouches for",
      { publicKeys },
      { signedBy: keyOfTest(1).line },
      [],
      "anchored",
    ],
    [
      "of anybody's key, where none is trusted",
      {},
      { signedBy: OTHER.line, root: "x" },
      [`tampered anchor_differs ${A}`],
      "log",
    ],
    ["with another root", {}, { root: "x" }, [`tampered anchor_differs ${A}`], "log"],
    ["that is longer", {}, { size: 12 }, [`missing records_missing ${A}`], "log"],
    ["of no checkpoint's size", {}, { size: 3 }, [`inconclusive record_unproven ${A}`], "log"],
    [
      "of a stream that is not there",
      {},
      { stream: "DbCdEfGhIjKlMnOp" },
      ["missing stream_missing DbCdEfGhIjKlMnOp"],
      "log",
    ],
  ])("%s", async (_name, options, change, codes, trust) => {
    const anchors = [{ stream: A, ...(await headOf(A)), ...change }];
    expect(await added({ ...options, anchors })).toEqual(codes);
    expect((await verified({ ...options, anchors })).trust).toBe(trust);
  });
});

test("what could not be read, and what says nothing, are findings of their file", async () => {
  const verification = createVerification({ crypto: createNodeCrypto() });
  verification.addUnreadable("a.jsonl", "no access");
  verification.passOver("b.json", "five keys");
  const { findings, lines } = verification.finish();
  expect(lines).toBe(0);
  expect(findings).toEqual([
    {
      code: "line_unreadable",
      severity: "unreadable",
      message: "a.jsonl: no access",
      file: "a.jsonl",
    },
    { code: "view_passed_over", severity: "note", message: "b.json: five keys", file: "b.json" },
  ]);
});
