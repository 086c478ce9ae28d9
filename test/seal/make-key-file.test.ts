/** Rotation: at every instant there is a key that the list of public keys has, and the one before vouches for it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fromBase64 } from "../../src/lib/base64.ts";
import { rotationText } from "../../src/seal/checkpoint.ts";
import { createKeyFile, rotateKeyFile } from "../../src/seal/make-key-file.ts";
import { encodeKey } from "../../src/seal/note.ts";
import { publicKeyFile, readPublicKeys, writePublicKeys } from "../../src/seal/public-key-file.ts";
import { isSignatureOf } from "../../src/seal/signer.ts";
import { freshPlace, load, modeOf } from "../support/key-place.ts";

test("twice: each key is signed by the one before, and the last one signs", () => {
  const { directory, path } = freshPlace();
  const first = load(path, directory);
  const second = rotateKeyFile(path);
  const third = rotateKeyFile(path);
  expect(readPublicKeys(path)).toEqual([{ key: first.key }, second, third]);
  for (const [{ key, rotation }, from] of [
    [second, first.key],
    [third, second.key],
  ] as const) {
    expect(rotation?.from).toBe(encodeKey(from));
    const text = rotationText(encodeKey(from), encodeKey(key));
    expect(
      isSignatureOf(from, text, fromBase64(rotation?.signature ?? "") ?? new Uint8Array()),
    ).toBe(true);
  }
  expect(load(path, directory)).toMatchObject({
    key: third.key,
    rotations: [
      { ...third.rotation, to: encodeKey(third.key) },
      { ...second.rotation, to: encodeKey(second.key) },
    ],
  });
  expect(modeOf(path)).toBe(0o600);
  expect(readdirSync(join(path, "..")).toSorted()).toEqual([
    "signing-key.pem",
    "signing-key.pem.lock",
    "signing-key.pub",
  ]);
});

test("a file of public keys that is lost, or was never there, begins again with both", () => {
  const { directory, path } = freshPlace();
  const { key } = load(path, directory);
  rmSync(publicKeyFile(path));
  const next = rotateKeyFile(path);
  expect(readPublicKeys(path)).toEqual([{ key }, next]);
});

test("what is not there is not rotated, and nothing is left there", () => {
  const { path } = freshPlace();
  for (const isThere of [false, true]) {
    const directory = join(path, "..");
    if (isThere) mkdirSync(directory, { recursive: true });
    expect(() => rotateKeyFile(path)).toThrow("make it with: otel-audit keys create");
    expect(existsSync(directory) ? readdirSync(directory) : []).toEqual([]);
    expect(existsSync(directory)).toBe(isThere);
  }
});

test("no file stays open", () => {
  const { path } = freshPlace();
  const before = readdirSync("/proc/self/fd").length;
  createKeyFile(path);
  for (let round = 0; round < 10; round++) rotateKeyFile(path);
  expect(readdirSync("/proc/self/fd").length).toBeLessThan(before + 5);
});

test("of very many rotations the newest hundred are told", () => {
  const { directory, path } = freshPlace();
  createKeyFile(path);
  const keys = Array.from({ length: 102 }, () => rotateKeyFile(path));
  const { rotations } = load(path, directory);
  const steps = keys.slice(2).toReversed();
  expect(rotations).toEqual(
    steps.map(({ key, rotation }) => ({ ...rotation, to: encodeKey(key) })),
  );
});

test("two keys of which each came after the other: each step is told once", () => {
  const { directory, path } = freshPlace();
  const first = load(path, directory);
  const { key, rotation } = rotateKeyFile(path);
  if (rotation === undefined) throw new Error("it came after none");
  const back = { from: encodeKey(key), signature: rotation.signature };
  writePublicKeys(path, [
    { key: first.key, rotation: back },
    { key, rotation },
  ]);
  expect(load(path, directory).rotations.map(({ to }) => to)).toEqual(
    [key, first.key].map(encodeKey),
  );
});

test("through a link: what it leads to is replaced, and the old key is nowhere", () => {
  const { directory, path } = freshPlace();
  const { key } = load(path, directory);
  const old = readFileSync(path, "utf8");
  const link = join(directory, "../linked.pem");
  symlinkSync(path, link);
  const next = rotateKeyFile(link);
  expect(readFileSync(path, "utf8")).not.toBe(old);
  expect(load(link, directory, true)).toMatchObject({
    key: next.key,
    rotations: [{ ...next.rotation, to: encodeKey(next.key) }],
  });
  expect(readPublicKeys(link)).toEqual([{ key }, next]);
  // Nothing was put beside the link: whoever names the key itself finds the same.
  expect(readdirSync(join(directory, "..")).toSorted()).toEqual(["audit", "linked.pem", "state"]);
  expect(publicKeyFile(link)).toBe(publicKeyFile(path));
  expect(load(path, directory, true)).toMatchObject({ key: next.key, rotations: [{}] });
});

test("the public keys cannot be written: the old key stays in place", () => {
  const { directory, path } = freshPlace();
  const { key } = load(path, directory);
  rmSync(publicKeyFile(path));
  mkdirSync(publicKeyFile(path));
  expect(() => rotateKeyFile(path)).toThrow(/is no regular file/);
  expect(load(path, directory).key).toEqual(key);
  expect(readdirSync(join(path, "..")).filter((name) => name.endsWith(".next.tmp"))).toEqual([]);
});

test("killed at any instant: the key that is there is listed, and the next rotation works", async () => {
  const { directory, path } = freshPlace();
  createKeyFile(path);
  for (let round = 0; round < 5; round++) {
    const child = startRotating([path]);
    const closed = once(child, "close");
    await once(child.stdout, "data");
    // Read while it rotates: each look finds a key, and that key in the list.
    for (let look = 0; look < 20; look++) expect(load(path, directory).custody).toBe("file");
    child.kill("SIGKILL");
    await closed;
    const { key, rotations } = load(path, directory);
    expect(readPublicKeys(path).map((known) => encodeKey(known.key))).toContain(encodeKey(key));
    expect(rotations[0]?.to).toBe(encodeKey(key));
    const next = rotateKeyFile(path);
    expect(next.rotation?.from).toBe(encodeKey(key));
    expect(load(path, directory).key).toEqual(next.key);
  }
});

test.each([
  ["two", "state/otel-audit/signing-key.pem"],
  ["two, by two names,", "linked.pem"],
])("%s at once take turns: no key is lost from the list", async (_name, other) => {
  const { directory, path } = freshPlace();
  createKeyFile(path);
  symlinkSync(path, join(directory, "../linked.pem"));
  const children = [path, join(directory, "..", other)].map((name) => startRotating([name, "5"]));
  const closed = children.map((child) => once(child, "close"));
  await Promise.all(children.map((child) => once(child.stdout, "data")));
  for (const child of children) child.stdin.end();
  expect(await Promise.all(closed)).toEqual([
    [0, null],
    [0, null],
  ]);
  const { key } = load(path, directory);
  const known = readPublicKeys(path);
  // From the key in use back to the first, each is vouched for by the one before.
  let at = known.find((one) => encodeKey(one.key) === encodeKey(key));
  let steps = 0;
  while (at?.rotation !== undefined) {
    const from = at.rotation.from;
    at = known.find((one) => encodeKey(one.key) === from);
    steps++;
  }
  expect(at).toEqual(known[0]);
  expect(steps).toBe(10);
});

function startRotating(args: readonly string[]) {
  const program = join(import.meta.dirname, "programs/rotating.ts");
  const child = spawn(process.execPath, ["-C", "@otel-audit/source", program, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}
