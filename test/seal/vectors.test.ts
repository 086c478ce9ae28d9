/**
 * The sealed journal of this version, which every later one must verify (test/vectors/seal; a
 * program beside it made it).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  decodeCsvRows,
  decodeJsonLine,
  encodeCsvRow,
  encodeJsonLine,
} from "../../src/format/index.ts";
import { toBase64Url } from "../../src/lib/base64.ts";
import { decodeKey, type NoteKey } from "../../src/seal/note.ts";
import { sealedFieldsOf } from "../../src/seal/sealed-fields.ts";
import { signerOf } from "../../src/seal/signer.ts";
import { createExaminer } from "../../src/verify/examine.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { createWebCrypto } from "../../src/verify/web-crypto.ts";
import { codesOf, folder, journal, linesOf, STREAMS, verify } from "../support/sealed-journal.ts";
import { keyOfTest, rfc8032 } from "../support/fixed-stream.ts";

const [A, B, C] = STREAMS;

interface Expected {
  readonly id: string;
  readonly fields: readonly {
    readonly key: string;
    readonly text: string;
    readonly isBody: boolean;
  }[];
  readonly seals: string;
  readonly leaf: string;
}
const expected = JSON.parse(
  readFileSync(join(folder, "expected-records.json"), "utf8"),
) as readonly Expected[];
const keys = JSON.parse(readFileSync(join(folder, "keys.json"), "utf8")) as Readonly<
  Record<"first" | "second", string>
>;

function keyOf(line: string): NoteKey {
  const key = decodeKey(line);
  if (key === undefined) throw new Error(`${line} is no key`);
  return key;
}

describe("RFC 8032, section 7.1", () => {
  test.each(rfc8032.map((known, at) => [at + 1, known] as const))(
    "number %i",
    async (number, known) => {
      const bytes = (hex: string): Uint8Array<ArrayBuffer> =>
        Uint8Array.from(Buffer.from(hex, "hex"));
      const [key, message, signature] = [known.publicKey, known.message, known.signature].map(
        bytes,
      );
      if (key === undefined || message === undefined || signature === undefined)
        throw new Error("no");
      for (const crypto of [createNodeCrypto(), createWebCrypto()]) {
        expect(await crypto.isSignature(key, message, signature)).toBe(true);
        expect(await crypto.isSignature(key, Uint8Array.of(...message, 0), signature)).toBe(false);
        signature[0] = (signature[0] ?? 0) ^ 1;
        expect(await crypto.isSignature(key, message, signature)).toBe(false);
        signature[0] ^= 1;
      }
      const signer = signerOf(keyOfTest(number - 1).private, "memory");
      expect(Buffer.from(signer.sign(message)).toString("hex")).toBe(known.signature);
      expect(signer.key.publicKey).toEqual(key);
    },
  );
  test("there are three", () => expect(rfc8032).toHaveLength(3));
});

describe("each record", () => {
  test("its leaf, from the line, its CSV row, and both kinds of hashes", async () => {
    const records = journal();
    expect(records.map(({ attributes }) => attributes["audit.record.id"])).toEqual(
      expected.map(({ id }) => id),
    );
    const rows = records.flatMap((record) => decodeCsvRows(encodeCsvRow(record)));
    for (const crypto of [createNodeCrypto(), createWebCrypto()]) {
      for (const copies of [records, rows.map(({ record }) => record)]) {
        const examined = await createExaminer(crypto).examine(copies);
        expect(examined.map((one) => toBase64Url(one?.leaf ?? new Uint8Array()))).toEqual(
          expected.map(({ leaf }) => leaf),
        );
        expect(examined.flatMap((one) => one?.doubts)).toEqual([]);
      }
    }
  });
  test("its fields and commitments, where it was not redacted", () => {
    for (const [at, record] of journal().entries()) {
      const known = expected[at];
      if (known?.id === `${A}.6`) continue;
      expect(
        sealedFieldsOf(record).map(({ key, text, isBody }) => ({ key, text, isBody })),
      ).toEqual(known?.fields);
      expect(record.attributes["audit.integrity.fields"] ?? "").toBe(known?.seals);
    }
  });
  test("the lines are written again, byte for byte", () => {
    for (const stream of STREAMS)
      expect(linesOf(stream).map((line) => encodeJsonLine(decodeJsonLine(line)))).toEqual(
        linesOf(stream),
      );
  });
  test("the keys", () => {
    expect([keyOfTest(0).line, keyOfTest(1).line]).toEqual([keys.first, keys.second]);
  });
});

describe("the verdict of what is there", () => {
  const counts = { read: 16, proven: 14, adopted: 2, unsigned: 0, missing: 0, purged: 0 };
  test.each([
    ["no key given", [], "log"],
    ["the first key, which vouches for the second", [keys.first], "pinned"],
    ["both", [keys.first, keys.second], "pinned"],
  ])("%s", async (_name, lines, trust) => {
    const report = await verify(journal(), { publicKeys: lines.map(keyOf) });
    expect(report).toMatchObject({ verdict: "verified", exitCode: 0, trust });
    expect(codesOf(report)).toEqual(["stream_unclosed", "records_adopted"]);
    expect(report.redactions).toEqual({ audit_actor_id: 1, audit_reason: 1, sample_ids: 1 });
    expect(report.calls).toEqual([
      {
        stream: A,
        method: "trainer.ExperimentService/UpdateParameters",
        handled: 1,
        recorded: 1,
        found: 0,
      },
    ]);
  });
  test("records, and streams", async () => {
    const report = await verify(journal());
    expect(report.records).toEqual(counts);
    expect(report.streams.map(({ stream, size, isClosed }) => [stream, size, isClosed])).toEqual([
      [A, 8, true],
      [B, 3, false],
      [C, 3, true],
    ]);
  });
  test("the second key alone: the first is a stranger", async () => {
    const report = await verify(journal(), { publicKeys: [keyOf(keys.second)] });
    expect(report).toMatchObject({ verdict: "tampered", exitCode: 1 });
    expect(codesOf(report)).toContain("foreign_key");
  });
  test("in any order, and twice", async () => {
    for (const records of [journal().toReversed(), [...journal(), ...journal()]])
      expect(await verify(records)).toMatchObject({ verdict: "verified", exitCode: 0 });
  });
  test("with the hashes of a browser", async () => {
    const report = await verify(journal(), { crypto: createWebCrypto() });
    expect(report).toEqual(await verify(journal()));
  });
});
