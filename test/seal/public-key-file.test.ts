/** The file of public keys, which others may have written: what is not of its form says nothing. */
import { writeFileSync } from "node:fs";
import { createAudit } from "otel-audit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { toBase64 } from "../../src/lib/base64.ts";
import { rotationText } from "../../src/seal/checkpoint.ts";
import { createKeyFile } from "../../src/seal/make-key-file.ts";
import { decodeKey, decodeNote, encodeKey, encodeNote } from "../../src/seal/note.ts";
import {
  decodePublicKeys,
  encodeKnownKey,
  publicKeyFile,
  readPublicKeys,
} from "../../src/seal/public-key-file.ts";
import { generateSigningKey, signerOf } from "../../src/seal/signer.ts";
import { verifyFiles } from "../../src/verify/index.ts";
import { freshPlace, load } from "../support/key-place.ts";

const earlier = signerOf(generateSigningKey(), "file");
const later = signerOf(generateSigningKey(), "file");
const [from, own] = [encodeKey(earlier.key), encodeKey(later.key)];
const signature = toBase64(earlier.sign(Buffer.from(rotationText(from, own))));
const named = (name: string): string => from.replace("otel-audit", name);

test("a key alone, and one that came after another", () => {
  const text = `# ours\n\n${from}\n  ${own}  ${from}\t${signature} \r\n`;
  const rotated = { key: later.key, rotation: { from, signature } };
  expect(decodePublicKeys(text)).toEqual([{ key: earlier.key }, rotated]);
});

test.each<[name: string, behind: string]>([
  ["a control character", "a\u0001b c"],
  ["two words", "is ours"],
  ["one word", from],
  ["four words", `${from} ${signature} ${signature}`],
  ["a key whose name steers a terminal", `${named("a\u001b[31m")} ${signature}`],
  ["a key whose name turns the line around", `${named("a\u202eb")} ${signature}`],
  ["a key with a very long name", `${named("a".repeat(100_000))} ${signature}`],
  ["a key that is cut", `${from.slice(0, -1)} ${signature}`],
  ["a signature of 63 bytes", `${from} ${Buffer.alloc(63).toString("base64")}`],
  ["a signature of 65 bytes", `${from} ${Buffer.alloc(65).toString("base64")}`],
  ["a signature in another alphabet", `${from} ${"_".repeat(86)}==`],
  ["a signature that is none", `${from} !`],
])("what stands behind a key says nothing, and the trail verifies: %s", async (_name, behind) => {
  const place = freshPlace();
  createKeyFile(place.path);
  const key = encodeKey(load(place.path, place.directory).key);
  writeFileSync(publicKeyFile(place.path), `${key} ${behind}\n`);
  expect(readPublicKeys(place.path)).toEqual([{ key: decodeKey(key) }]);
  const audit = await createAudit({
    directory: place.directory,
    format: "journal",
    policy: { version: 1 },
    seal: { keyFile: place.path },
  });
  await audit.record({ action: "pause", actor: "ann", reason: "loss is flat" });
  await audit.flush();
  expect(audit.health()).toMatchObject({ state: "green", problems: [] });
  await audit.close();
  const { headline, exitCode } = await verifyFiles([place.directory]);
  expect(exitCode).toBe(0);
  expect(headline).toMatch(/^verified, /);
});

test("how long a key may be", () => {
  const longest = named("a".repeat(500 - named("").length));
  expect(longest).toHaveLength(500);
  expect(decodePublicKeys(longest)).toEqual([{ key: decodeKey(longest) }]);
  expect(decodePublicKeys(`a${longest}`)).toEqual([]);
});

test.each([
  ["/keys/signing-key.pem", "/keys/signing-key.pub"],
  ["/keys/signing-key", "/keys/signing-key.pub"],
  ["/keys/signing.pem.key", "/keys/signing.pem.key.pub"],
])("the file beside %s", (path, file) => expect(publicKeyFile(path)).toBe(file));

test.each(["\u0001", "a\u202eb", "a".repeat(100_000)])("a key named %j is none", (name) => {
  expect(decodePublicKeys(named(name))).toEqual([]);
});

test("whatever stands in it, what it says fits into a note and is read again", () => {
  const word = fc.oneof(
    fc.constantFrom(own, from, signature, named("\u0001"), named("é"), "", "#", "+"),
    fc.string({ unit: "binary", maxLength: 20 }),
  );
  const line = fc.array(word, { maxLength: 5 }).map((words) => words.join(" "));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
      const known = decodePublicKeys(lines.join("\n"));
      expect(decodePublicKeys(known.map(encodeKnownKey).join("\n"))).toEqual(known);
      const said = known.flatMap(({ key, rotation }) =>
        rotation === undefined
          ? []
          : [`rotation ${rotation.from} ${encodeKey(key)} ${rotation.signature}`],
      );
      const text = ["x", ...said].map((one) => `${one}\n`).join("");
      const signatures = [{ name: "a", keyId: "00000000", signature: new Uint8Array(64) }];
      expect(decodeNote(encodeNote({ text, signatures }))?.text).toBe(text);
    }),
  );
});
