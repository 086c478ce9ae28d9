/**
 * Mutated trails in every form: verification ends, never throws, and never says "verified" of something
 * that is not what was signed. `npm run soak -- fuzz` asks for a million inputs.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { decodeBlock, type Form } from "../../src/read/index.ts";
import { expect, test } from "vitest";
import type { AuditRecord } from "../../src/event/index.ts";
import { decodeKey, decodeNote, keyOf, sealedFieldsOf } from "../../src/seal/portable.ts";
import { checkSignature } from "../../src/verify/check-checkpoint.ts";
import { createExaminer } from "../../src/verify/examine.ts";
import { examinePiece } from "../../src/verify/examine-piece.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { reportOf, type VerificationReport } from "../../src/verify/report.ts";
import { createVerification } from "../../src/verify/verification.ts";
import { blockOf } from "../support/blocks.ts";
import { folder, journal } from "../support/sealed-journal.ts";
import { TEXT_OF } from "../support/stored-forms.ts";

const INPUTS = Number(process.env["AUDIT_TEST_INPUTS"] ?? 1500);
const SEED = Number(process.env["AUDIT_TEST_SEED"] ?? Date.now() % 2 ** 31);
const LIMIT_MILLIS = 6 * 60 * 60 * 1000;
const FORMS = Object.keys(TEXT_OF) as readonly Form[];
/** Views hold results; these forms do not. */
const VIEWS: ReadonlySet<Form> = new Set<Form>(["csv", "json-array"]);

process.stderr.write(
  `otel-audit: fuzz: ${INPUTS} inputs, seed ${SEED} (AUDIT_TEST_SEED repeats it)\n`,
);

const keys = JSON.parse(readFileSync(join(folder, "keys.json"), "utf8")) as {
  readonly first: string;
  readonly second: string;
};
const crypto = createNodeCrypto();
const examiner = createExaminer(crypto);
const records = journal();
const publicKeys = [keys.first, keys.second].flatMap((line) => decodeKey(line) ?? []);
const originals = new Map(records.map((record) => [idOf(record), record]));
const encoder = new TextEncoder();

function idOf({ attributes }: AuditRecord): string {
  return String(attributes["audit.record.id"]);
}

async function verify(form: Form, bytes: Uint8Array): Promise<VerificationReport> {
  const verification = createVerification({ crypto, publicKeys });
  // A view is verified with the checkpoints beside it.
  if (VIEWS.has(form)) {
    const checkpoints = records.filter(
      ({ attributes }) => attributes["audit.record.kind"] === "checkpoint",
    );
    const beside = blockOf("json-lines", TEXT_OF["json-lines"](checkpoints));
    await verification.add(await examinePiece(beside, examiner, decodeBlock));
  }
  await verification.add(await examinePiece(blockOf(form, bytes), examiner, decodeBlock));
  return reportOf(verification.finish());
}

/** A value that was taken away, or a list of them. */
const MASKED = /^(?:\*{4}|\["\*{4}"(?:,"\*{4}")*\])$/;

/** What the record shows is what was signed, but for what was redacted. */
function isHonest(record: AuditRecord): boolean {
  const original = originals.get(idOf(record));
  if (original === undefined) return false;
  const signed = new Map(sealedFieldsOf(original).map(({ key, text }) => [key, text]));
  const head = (one: AuditRecord): string =>
    JSON.stringify([
      one.attributes["audit.time"],
      one.attributes["audit.action"],
      one.traceId ?? "",
      one.spanId ?? "",
    ]);
  return (
    head(record) === head(original) &&
    sealedFieldsOf(record).every(({ key, text }) => MASKED.test(text) || text === signed.get(key))
  );
}

/** What somebody, or a disk, does to bytes. */
const mutation = fc.oneof(
  fc.record({ kind: fc.constant("flip"), at: fc.nat(), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("cut"), at: fc.nat(), size: fc.nat(300) }),
  fc.record({ kind: fc.constant("copy"), at: fc.nat(), size: fc.nat(3000), to: fc.nat() }),
  fc.record({
    kind: fc.constant("put"),
    at: fc.nat(),
    text: fc.oneof(
      fc.constantFrom(
        '"',
        "\\",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\n",
        "0",
        "1",
        "e9",
        "****",
        "null",
        "\u0000",
      ),
      fc.constantFrom(
        '"error":null,',
        '"audit.outcome":"success",',
        '"__proto__":{},',
        "\ufeff",
        "'",
      ),
      fc.string({ maxLength: 12 }),
    ),
  }),
  fc.record({ kind: fc.constant("digit"), at: fc.nat() }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

function mutate(bytes: Uint8Array, change: Mutation): Uint8Array {
  const at = change.at % bytes.length;
  const before = bytes.subarray(0, at);
  if ("bit" in change) {
    const flipped = Uint8Array.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << change.bit);
    return flipped;
  }
  if ("to" in change) {
    const to = change.to % bytes.length;
    return joined([
      bytes.subarray(0, to),
      bytes.subarray(at, at + change.size),
      bytes.subarray(to),
    ]);
  }
  if ("size" in change) return joined([before, bytes.subarray(at + change.size)]);
  if ("text" in change) return joined([before, encoder.encode(change.text), bytes.subarray(at)]);
  // The next digit, one higher: most of what can be lied about is a number.
  const digit = bytes.findIndex((byte, place) => place >= at && byte >= 0x30 && byte < 0x39);
  const raised = Uint8Array.from(bytes);
  if (digit >= 0) raised[digit] = (raised[digit] ?? 0) + 1;
  return raised;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/**
 * Nothing may be gone but the checkpoints that no other one covers, and are proven by their own notes; and
 * what docs/threat-model.md says that nobody can find: the end of a stream that is said to be unclosed,
 * and whole streams.
 */
function expectNothingGone(
  seen: readonly AuditRecord[],
  shown: readonly AuditRecord[],
  findings: VerificationReport["findings"],
): void {
  const ids = new Set(seen.map(idOf));
  const last = new Map<string, number>();
  for (const [stream, number] of seen.map(placeOf))
    last.set(stream, Math.max(number, last.get(stream) ?? 0));
  const isUnclosed = findings.some(({ code }) => code === "stream_unclosed");
  const isEnd = (record: AuditRecord): boolean => {
    const [stream, number] = placeOf(record);
    const end = last.get(stream);
    return end === undefined || (isUnclosed && number > end);
  };
  const gone = shown.filter((record) => !ids.has(idOf(record)) && !isEnd(record));
  expect(gone.filter(({ attributes }) => attributes["audit.record.kind"] !== "checkpoint")).toEqual(
    [],
  );
}

function placeOf(record: AuditRecord): readonly [stream: string, number: number] {
  const [stream = "", number = ""] = idOf(record).split(".");
  return [stream, Number(number)];
}

test.each(FORMS)("%s: what was not touched is verified", async (form) => {
  const shown = VIEWS.has(form)
    ? records.filter(({ attributes }) => attributes["audit.record.kind"] === "result")
    : records;
  expect(await verify(form, encoder.encode(TEXT_OF[form](shown)))).toMatchObject({ exitCode: 0 });
});

test.each(FORMS)(
  "%s: mutated",
  async (form) => {
    const shown = VIEWS.has(form)
      ? records.filter(({ attributes }) => attributes["audit.record.kind"] === "result")
      : records;
    const honest = encoder.encode(TEXT_OF[form](shown));
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (changes) => {
        const bytes = changes.reduce(mutate, honest);
        if (bytes.length === 0) return;
        const { exitCode, findings } = await verify(form, bytes);
        if (exitCode !== 0) return;
        const seen = [...decodeBlock(blockOf(form, bytes))].flatMap((found) =>
          found.kind === "record" ? [found.record] : [],
        );
        expect(seen.filter((record) => !isHonest(record))).toEqual([]);
        expectNothingGone(seen, shown, findings);
      }),
      { numRuns: Math.ceil(INPUTS / FORMS.length), seed: SEED, endOnFailure: true },
    );
  },
  LIMIT_MILLIS,
);

test(
  "notes: none is signed but those that were",
  async () => {
    const notes = records.flatMap(({ attributes }) => {
      const note = attributes["audit.checkpoint.note"];
      return typeof note === "string" ? [note] : [];
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...notes),
        fc.array(mutation, { minLength: 1, maxLength: 2 }),
        async (note, changes) => {
          const bytes = changes.reduce(mutate, encoder.encode(note));
          const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
          const decoded = bytes.length === 0 ? undefined : decodeNote(text);
          if (decoded === undefined) return;
          const key = /^key (.+)$/m.exec(decoded.text)?.[1] ?? "";
          const signer = await checkSignature(decoded, { key }, crypto);
          const isSigned = typeof signer !== "string" && [keys.first, keys.second].includes(key);
          if (isSigned) expect(notes.map((one) => decodeNote(one)?.text)).toContain(decoded.text);
        },
      ),
      { numRuns: Math.ceil(INPUTS / 10), seed: SEED, endOnFailure: true },
    );
  },
  LIMIT_MILLIS,
);

test("keys of fields are the same however often they are made", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      expect(keyOf(keyOf(name))).toBe(keyOf(name));
    }),
    { numRuns: Math.ceil(INPUTS / 10), seed: SEED },
  );
});
