/** Somebody signs with a key of their own, or the key changes. */
import { copyFileSync, cpSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createKeyFile, rotateKeyFile } from "../../../src/seal/make-key-file.ts";
import { type Signer, signerOfFile } from "../../../src/seal/index.ts";
import {
  encodeKey,
  type KeyRotation,
  type NoteKey,
  rotationText,
} from "../../../src/seal/portable.ts";
import { toBase64 } from "../../../src/lib/base64.ts";
import { resigned, strangersKey } from "../../support/forged-trail.ts";
import {
  expectVerdict,
  judge,
  openWorkshop,
  type Victim,
  victimOf,
} from "../../support/attacked-trail.ts";

const workshop = openWorkshop();
const rotated = join(workshop.folder, "rotated", "signing-key.pem");
const swapped = join(workshop.folder, "swapped", "signing-key.pem");
let streams: readonly string[] = [];
let first: NoteKey;
let later: NoteKey;
beforeAll(() => {
  cpSync(join(workshop.folder, "keys"), join(workshop.folder, "rotated"), { recursive: true });
  first = signerOfFile(workshop.keyFile).key;
  rotateKeyFile(rotated);
  later = signerOfFile(rotated).key;
  createKeyFile(swapped);
  streams = [
    workshop.write(),
    workshop.write({ keyFile: rotated }),
    workshop.write({ keyFile: swapped, trail: "other" }),
  ];
});
/** A and B, of a key and the one that it vouches for. */
const victim = (): Victim => victimOf(`${workshop.folder}/audit`, streams);
/** And C, of a key that nobody vouches for. */
function withSwapped(): Victim {
  const attacked = victim();
  cpSync(join(workshop.folder, "other", "journal"), attacked.path("journal"), {
    recursive: true,
  });
  return attacked;
}

describe("a key that was rotated", () => {
  test("vouches for the one behind it", async () => {
    expectVerdict(await judge(victim()), "verified", []);
    expectVerdict(await judge(victim(), { publicKeys: [first] }), "verified", []);
  });
  test("and not the other way round", async () => {
    expectVerdict(await judge(victim(), { publicKeys: [later] }), "tampered", ["foreign_key A x1"]);
  });
});

describe("a key file that was swapped between two runs", () => {
  test("no key is given: nobody vouches for the other", async () => {
    expectVerdict(await judge(withSwapped()), "verified", ["keys_unlinked x2"]);
    expectVerdict(await judge(withSwapped(), { isStrict: true }), "inconclusive", [
      "keys_unlinked x2",
    ]);
  });
  test("the first key is given", async () => {
    expectVerdict(await judge(withSwapped(), { publicKeys: [first] }), "tampered", [
      "foreign_key C x1",
    ]);
  });
  test("both keys are given", async () => {
    const publicKeys = [first, signerOfFile(swapped).key];
    expectVerdict(await judge(withSwapped(), { publicKeys }), "verified", []);
  });
});

/** A stream of the victim, changed and signed again with another key. */
function forge(attacked: Victim, signer: Signer, ...rotations: readonly KeyRotation[]): void {
  attacked.rewrite(attacked.journal("B"), (lines) =>
    resigned(
      lines.map((line) => line.replaceAll('"actor_type":"user"', '"actor_type":"service"')),
      signer,
      ({ opening }) => (opening === undefined ? {} : { opening: { ...opening, rotations } }),
    ),
  );
}

describe("a stream that was changed, and signed again with a key of nobody's", () => {
  const journal = (it: Victim): readonly string[] => [it.path("journal")];
  test("no key is given: it is told that there are two", async () => {
    const attacked = victim();
    forge(attacked, strangersKey());
    expectVerdict(await judge(attacked, {}, journal(attacked)), "verified", ["keys_unlinked x2"]);
  });
  test("the key is given", async () => {
    const attacked = victim();
    forge(attacked, strangersKey());
    expectVerdict(await judge(attacked, { publicKeys: [first] }, journal(attacked)), "tampered", [
      "foreign_key B x1",
    ]);
  });
  test("a view of the first one is left", async () => {
    const attacked = victim();
    forge(attacked, strangersKey());
    const { report } = await judge(attacked);
    expect(report.exitCode).toBe(1);
  });
  test("a key that was only in memory", async () => {
    const attacked = victim();
    const signer = strangersKey("memory");
    attacked.rewrite(attacked.journal("B"), (lines) =>
      resigned(lines, signer, ({ opening }) =>
        opening === undefined ? {} : { opening: { ...opening, custody: "memory", rotations: [] } },
      ),
    );
    expectVerdict(await judge(attacked, {}, journal(attacked)), "verified", [
      "key_in_memory x1",
      "keys_unlinked x2",
    ]);
  });

  const rotationBy = (voucher: Signer, from: NoteKey, to: Signer): KeyRotation => {
    const text = rotationText(encodeKey(from), encodeKey(to.key));
    const signature = voucher.sign(new TextEncoder().encode(text));
    if (!(signature instanceof Uint8Array)) throw new Error("it signs later");
    return { from: encodeKey(from), to: encodeKey(to.key), signature: toBase64(signature) };
  };
  test("and which vouches for itself", async () => {
    const attacked = victim();
    const stranger = strangersKey();
    forge(attacked, stranger, rotationBy(stranger, stranger.key, stranger));
    expectVerdict(await judge(attacked, {}, journal(attacked)), "verified", ["keys_unlinked x2"]);
  });
  test("two of them, which vouch for each other", async () => {
    const attacked = withSwapped();
    const [one, other] = [strangersKey(), strangersKey()];
    forge(attacked, one, rotationBy(other, other.key, one));
    attacked.rewrite(attacked.journal("C"), (lines) =>
      resigned(lines, other, ({ opening }) =>
        opening === undefined
          ? {}
          : { opening: { ...opening, rotations: [rotationBy(one, one.key, other)] } },
      ),
    );
    expectVerdict(await judge(attacked, {}, journal(attacked)), "verified", ["keys_unlinked x2"]);
  });
  test("and which says that the given key vouches for it, without its signature", async () => {
    const attacked = victim();
    const stranger = strangersKey();
    forge(attacked, stranger, rotationBy(stranger, first, stranger));
    expectVerdict(await judge(attacked, { publicKeys: [first] }, journal(attacked)), "tampered", [
      "foreign_key B x1",
    ]);
  });
  test("and which says so of a key between, which vouches for it", async () => {
    const attacked = victim();
    const [stranger, between] = [strangersKey(), strangersKey()];
    const steps = [rotationBy(between, between.key, stranger), rotationBy(between, first, between)];
    forge(attacked, stranger, ...steps);
    expectVerdict(await judge(attacked, { publicKeys: [first] }, journal(attacked)), "tampered", [
      "foreign_key B x1",
    ]);
  });
  test("with the rotation line of the key that it takes the place of", async () => {
    const attacked = victim();
    const stranger = strangersKey();
    attacked.rewrite(attacked.journal("B"), (lines) => resigned(lines, stranger));
    expectVerdict(await judge(attacked, { publicKeys: [first] }, journal(attacked)), "tampered", [
      "foreign_key B x1",
    ]);
  });
});

test("all of it signed again with one key of nobody's: only the right key tells", async () => {
  const attacked = victim();
  const stranger = strangersKey();
  for (const letter of ["A", "B"])
    attacked.rewrite(attacked.journal(letter), (lines) =>
      resigned(lines, stranger, ({ opening }) =>
        opening === undefined ? {} : { opening: { ...opening, rotations: [] } },
      ),
    );
  const paths = [attacked.path("journal")];
  const without = await judge(attacked, {}, paths);
  expectVerdict(without, "verified", []);
  expect(without.report.headline).toContain("key taken from the log itself");
  const withKey = await judge(attacked, { publicKeys: [first] }, paths);
  expect(withKey.report.verdict).toBe("tampered");
  // Which of the two streams is named is that of the smaller id.
  expect(withKey.said).toEqual([expect.stringMatching(/^foreign_key [AB] x2$/)]);
});

test("records of another trail, put in as a stream of their own", async () => {
  const attacked = withSwapped();
  copyFileSync(attacked.journal("C"), attacked.path("journal/B/7.jsonl"));
  const { report, said } = await judge(attacked, {}, [attacked.path("journal/B/")]);
  expect(said).toEqual(["keys_unlinked x2"]);
  expect(report.streams.map(({ stream }) => stream).toSorted()).toEqual(
    streams.slice(1).toSorted(),
  );
});
