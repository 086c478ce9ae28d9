/** Signatures in every form that a signing function may give, and what is no signature. */
import { sign as signWith } from "node:crypto";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { decodeNote, encodeKey } from "../../src/seal/note.ts";
import { signNote } from "../../src/seal/sign-note.ts";
import {
  generateSigningKey,
  isSignatureOf,
  type Signer,
  signerOf,
  signerOfFunction,
} from "../../src/seal/signer.ts";

const TEXT = "otel-audit/AaaaaaaaaaaaaaaA\n1\n";
const privateKey = generateSigningKey();
const keyed = signerOf(privateKey, "file");

/** The right signature, at an odd place of a larger buffer. */
function goodOf(text: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(80);
  bytes.set(signWith(null, text, privateKey), 7);
  return bytes.subarray(7, 71);
}

/** A signer whose function gives what it likes. */
function functionOf(sign: (text: Uint8Array) => unknown): Signer {
  return signerOfFunction({
    publicKey: encodeKey(keyed.key),
    sign: sign as (text: Uint8Array) => Uint8Array,
  });
}

function buffered(text: Uint8Array): ArrayBuffer {
  return Uint8Array.from(goodOf(text)).buffer;
}

/** In another realm, as of `node:vm` or a test runner, where `instanceof` is no help. */
function inOtherRealm(text: Uint8Array, make: string): unknown {
  return runInNewContext(make, { bytes: [...goodOf(text)] });
}

test.each<[name: string, sign: (text: Uint8Array) => unknown]>([
  ["a Uint8Array in a larger buffer", goodOf],
  ["the same, later", async (text) => goodOf(text)],
  ["a Buffer", async (text) => Buffer.from(goodOf(text))],
  ["an ArrayBuffer, as Web Crypto gives it", buffered],
  ["a SharedArrayBuffer", sharedOf],
  [
    "a DataView",
    async (text) => {
      const { buffer, byteOffset, byteLength } = goodOf(text);
      return new DataView(buffer, byteOffset, byteLength);
    },
  ],
  ["a Uint16Array", async (text) => new Uint16Array(buffered(text))],
  ["a BigInt64Array", async (text) => new BigInt64Array(buffered(text))],
  ["a Uint8Array of another realm", (text) => inOtherRealm(text, "Uint8Array.from(bytes)")],
  [
    "an ArrayBuffer of another realm",
    (text) => inOtherRealm(text, "Uint8Array.from(bytes).buffer"),
  ],
  [
    "a promise of another realm",
    (text) => inOtherRealm(text, "Promise.resolve(Uint8Array.from(bytes))"),
  ],
  ["one that is emptied afterwards", emptiedOf],
])("%s is a signature", async (_name, sign) => {
  const note = await signNote(functionOf(sign), TEXT);
  const decoded = decodeNote(note);
  expect(decoded?.text).toBe(TEXT);
  const [line, ...more] = decoded?.signatures ?? [];
  expect(more).toEqual([]);
  expect(isSignatureOf(keyed.key, TEXT, line?.signature ?? new Uint8Array())).toBe(true);
});

function sharedOf(text: Uint8Array): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(64);
  new Uint8Array(shared).set(goodOf(text));
  return shared;
}

async function emptiedOf(text: Uint8Array): Promise<Uint8Array> {
  const signature = Uint8Array.from(goodOf(text));
  setImmediate(() => signature.fill(0));
  return signature;
}

test("an ArrayBuffer that is there at once makes a note at once", () => {
  expect(signNote(functionOf(buffered), TEXT)).toBeTypeOf("string");
});

const OTHER = "the signing function does not sign with the key that it named";

test.each<[name: string, sign: (text: Uint8Array) => unknown, problem: string]>([
  ["63 bytes", async (text) => goodOf(text).subarray(1), "gave 63 bytes, not the 64"],
  ["65 bytes", async (text) => Buffer.concat([goodOf(text), Buffer.of(0)]), "gave 65 bytes"],
  ["an empty buffer", () => new ArrayBuffer(0), "gave 0 bytes"],
  ["base64", async (text) => Buffer.from(goodOf(text)).toString("base64"), "gave a string"],
  ["a list of numbers", async (text) => [...goodOf(text)], "gave an object"],
  ["what looks like bytes", () => ({ byteLength: 64, length: 64 }), "gave an object"],
  ["nothing", () => undefined, "gave undefined"],
  ["null, later", async () => null, "gave null"],
  ["a buffer that was handed on", handedOn, "gave 0 bytes"],
  ["64 bytes of nothing", () => new ArrayBuffer(64), OTHER],
  ["another key's", (text) => signerOf(generateSigningKey(), "memory").sign(text), OTHER],
])("%s is none", async (_name, sign, problem) => {
  await expect(async () => signNote(functionOf(sign), TEXT)).rejects.toThrow(problem);
});

function handedOn(text: Uint8Array): ArrayBuffer {
  const buffer = buffered(text);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

test.each([
  ["a control character", "otel-audit/AaaaaaaaaaaaaaaA\n1\u0001\n"],
  ["half of a character", "otel-audit/AaaaaaaaaaaaaaaA\n\ud800\n"],
  ["more than a reader takes", `${"a".repeat(1_000_000)}\n`],
  ["no line end", "otel-audit/AaaaaaaaaaaaaaaA"],
  ["a signature of its own at its end", `otel-audit/AaaaaaaaaaaaaaaA\n\n— a ${"A".repeat(88)}`],
])("a text with %s makes no note, whoever signs", async (_name, text) => {
  for (const signer of [keyed, functionOf(goodOf)])
    await expect(async () => signNote(signer, text)).rejects.toThrow("no note that can be read");
});
