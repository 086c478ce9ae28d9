import { describe, expect, test } from "vitest";
import { AuditError } from "../../src/lib/errors.ts";
import { decodeAnchor, encodeAnchor, type StreamHead } from "../../src/seal/anchor.ts";
import { makeAnchor } from "../../src/seal/make-anchor.ts";
import { decodeNote, MAX_TEXT_UNITS } from "../../src/seal/note.ts";
import { signerOf } from "../../src/seal/signer.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { openAnchor } from "../../src/verify/open-anchor.ts";
import { keyOfTest, sha256, signFixed } from "../support/fixed-stream.ts";
import { STREAMS } from "../support/sealed-journal.ts";

const [A, B, C] = STREAMS;
const [FIRST, SECOND] = [keyOfTest(0), keyOfTest(1)];
const TIME = "2026-11-21T09:00:00.000001Z";
const rootOf = (byte: number): string => Buffer.alloc(32, byte).toString("base64");
const head = (stream: string, size: number): StreamHead => ({ stream, size, root: rootOf(size) });
const heads = [head(A, 1), head(B, 22), head(C, 9_007_199_254_740_991)];

/** The root of the tree of two or three heads, by RFC 6962. */
function rootBy(of: readonly StreamHead[]): string {
  const leaf = ({ stream, size, root }: StreamHead): Uint8Array =>
    sha256(`\0head ${stream} ${size} ${root}`);
  const node = (left: Uint8Array, right: Uint8Array): Uint8Array =>
    sha256(Buffer.concat([Buffer.of(1), left, right]));
  const [first, second, third] = of.map(leaf);
  if (first === undefined || second === undefined) throw new Error("too few heads");
  const pair = node(first, second);
  return Buffer.from(third === undefined ? pair : node(pair, third)).toString("base64");
}

const ROOT = rootBy(heads);
const TEXT = [
  "otel-audit/anchor",
  "3",
  ROOT,
  "format audit-anchor/1",
  `time ${TIME}`,
  `key ${FIRST.line}`,
  `head ${A} 1 ${rootOf(1)}`,
  `head ${B} 22 ${rootOf(22)}`,
  `head ${C} 9007199254740991 ${rootOf(9_007_199_254_740_991)}`,
  "",
].join("\n");

test("the text of an anchor, in the order of its streams", async () => {
  const signer = signerOf(FIRST.private, "file");
  const note = await makeAnchor(
    [heads[2], heads[0], heads[1]].flatMap((one) => one ?? []),
    TIME,
    signer,
  );
  expect(decodeNote(note)?.text).toBe(TEXT);
  const opened = await openAnchor(note, [], createNodeCrypto());
  expect(opened).toMatchObject({ time: TIME, key: FIRST.line, heads });
});

test("what was encoded is decoded", () => {
  const root = Uint8Array.from(Buffer.from(ROOT, "base64"));
  const anchor = { time: TIME, key: FIRST.line, heads, root };
  expect(encodeAnchor(anchor)).toBe(TEXT);
  expect(decodeAnchor(TEXT)).toEqual(anchor);
});

test("more heads than a note holds are refused", async () => {
  const signer = signerOf(FIRST.private, "file");
  const many = Array.from({ length: 15_000 }, () => head(A, 1));
  const refused = makeAnchor(many, TIME, signer);
  await expect(refused).rejects.toThrow(AuditError);
  await expect(refused).rejects.toMatchObject({
    code: "invalid_option",
    message: "15000 streams are more than one anchor holds: anchor directories one by one",
  });
});

test("a text as long as a note holds is signed, and opened", async () => {
  const signer = signerOf(FIRST.private, "file");
  const rest = encodeAnchor({ time: "", key: FIRST.line, heads, root: new Uint8Array(32) }).length;
  const longest = "x".repeat(MAX_TEXT_UNITS - rest);
  const note = await makeAnchor(heads, longest, signer);
  expect(await openAnchor(note, [], createNodeCrypto())).toMatchObject({ time: longest, heads });
  await expect(makeAnchor(heads, `${longest}x`, signer)).rejects.toThrow(AuditError);
});

describe("a text that is no anchor", () => {
  const FIRST_LINES = "one of its first 3 lines, its time or its key is wrong";
  test.each<readonly [string, string, string]>([
    ["nothing", "", "it is no anchor: its first line is not otel-audit/anchor"],
    [
      "a checkpoint",
      TEXT.replace("/anchor", `/${A}`),
      "it is no anchor: its first line is not otel-audit/anchor",
    ],
    ["no line end", TEXT.slice(0, -1), "its text has no line end"],
    [
      "no format",
      TEXT.replace(/format.*\n/, ""),
      'its format is "unknown"; this version reads audit-anchor/1',
    ],
    [
      "a later format",
      TEXT.replace("anchor/1", "anchor/2"),
      'its format is "audit-anchor/2"; this version reads audit-anchor/1',
    ],
    ["a short root", TEXT.replace(ROOT, Buffer.alloc(31).toString("base64")), FIRST_LINES],
    ["no base64", TEXT.replace(ROOT, "x"), FIRST_LINES],
    ["no time", TEXT.replace(/time.*\n/, ""), FIRST_LINES],
    ["no key", TEXT.replace(/key.*\n/, ""), FIRST_LINES],
    ["a head too many", TEXT.replace("\n3\n", "\n2\n"), "it names 3 heads instead of 2"],
    ["a head of size 0", TEXT.replace(" 22 ", " 0 "), "it names 2 heads instead of 3"],
    ["a head with a zero", TEXT.replace(" 22 ", " 022 "), "it names 2 heads instead of 3"],
    [
      "a head of 17 digits",
      TEXT.replace(" 22 ", ` ${"2".repeat(17)} `),
      "it names 2 heads instead of 3",
    ],
    ["a short stream", TEXT.replace(B, B.slice(1)), "it names 2 heads instead of 3"],
    ["a long stream", TEXT.replace(B, `${B}x`), "it names 2 heads instead of 3"],
    [
      "a digit before a stream",
      TEXT.replace(B, B.replace("B", "1")),
      "it names 2 heads instead of 3",
    ],
    [
      "a space before a head",
      TEXT.replace(`head ${B}`, ` head ${B}`),
      "it names 2 heads instead of 3",
    ],
    [
      "a space behind a head",
      TEXT.replace(rootOf(22), `${rootOf(22)} `),
      "it names 2 heads instead of 3",
    ],
    [
      "a head's root without its end",
      TEXT.replace(rootOf(22), rootOf(22).slice(0, -1)),
      "it names 2 heads instead of 3",
    ],
  ])("%s", (_name, text, why) => expect(decodeAnchor(text)).toBe(why));

  test.each<readonly [string, string]>([
    ["a word of a later version", TEXT.replace("time", "later 1\ntime")],
    ["a time with something before it", TEXT.replace("time", "xtime 1\ntime")],
    ["a word alone", TEXT.replace("time", "key\ntime")],
  ])("%s is passed over", (_name, text) => {
    expect(decodeAnchor(text)).toMatchObject({ time: TIME, key: FIRST.line, heads });
  });
});

describe("a note is opened only where it is what was signed", () => {
  const note = signFixed(TEXT, FIRST);
  const crypto = createNodeCrypto();
  test.each<readonly [string, string, readonly (typeof FIRST)[], string]>([
    ["no note", "x", [], "it is no signed note"],
    [
      "no anchor",
      signFixed("x\n", FIRST),
      [],
      "it is no anchor: its first line is not otel-audit/anchor",
    ],
    ["another time", note.replace("09:00", "10:00"), [], "its signature is wrong"],
    [
      "a key that is not given",
      note,
      [SECOND],
      `it is signed with the key ${FIRST.line}, which is none of those given`,
    ],
    [
      "a root that is not that of its heads",
      signFixed(TEXT.replace(ROOT, rootOf(7)), FIRST),
      [],
      "its heads do not lead to the root that it signs",
    ],
    [
      "no heads",
      signFixed(TEXT.replace("\n3\n", "\n0\n").replaceAll(/head .*\n/g, ""), FIRST),
      [],
      "its heads do not lead to the root that it signs",
    ],
  ])("%s", async (_name, given, keys, why) => {
    expect(
      await openAnchor(
        given,
        keys.map(({ note: key }) => key),
        crypto,
      ),
    ).toBe(why);
  });
  test("one of the keys that are given is enough", async () => {
    expect(await openAnchor(note, [SECOND.note, FIRST.note], crypto)).toMatchObject({ heads });
  });
});
