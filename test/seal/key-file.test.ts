/** The signing key on disk: who makes it, who may read it, and what happens where it cannot be kept. */
import { spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { describe, expect, onTestFinished, test } from "vitest";
import { AuditError } from "../../src/lib/errors.ts";
import { loadSigner } from "../../src/seal/key-file.ts";
import { createKeyFile } from "../../src/seal/make-key-file.ts";
import { encodeKey } from "../../src/seal/note.ts";
import { publicKeyFile, readPublicKeys } from "../../src/seal/public-key-file.ts";
import { readPublicKey } from "../../src/seal/signer.ts";
import { openingNotes } from "../support/journal-checkpoints.ts";
import { freshPlace, load, modeOf, type Place } from "../support/key-place.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const programs = join(import.meta.dirname, "programs");

function refusal(act: () => unknown): AuditError {
  try {
    act();
  } catch (error) {
    if (error instanceof AuditError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("made on first use", () => {
  test("with its public key beside it, for nobody else to read", () => {
    const { directory, path } = freshPlace();
    const first = load(path, directory);
    expect(first).toMatchObject({ custody: "file", rotations: [] });
    expect(first.lines).toEqual([
      `a signing key was made: ${path}; its public key is in ${publicKeyFile(path)}: keep a copy where the records are not`,
    ]);
    expect([path, publicKeyFile(path)].map(modeOf)).toEqual([0o600, 0o600]);
    expect([join(path, ".."), join(path, "../..")].map(modeOf)).toEqual([0o700, 0o700]);
    expect(readFileSync(publicKeyFile(path), "utf8")).toBe(`${encodeKey(first.key)}\n`);
    expect(load(path, directory)).toMatchObject({ key: first.key, lines: [] });
    expect(readdirSync(join(path, "..")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("once, by 8 processes that begin at the same time", async () => {
    const { directory, path } = freshPlace();
    const children = Array.from({ length: 8 }, () =>
      spawn(
        process.execPath,
        ["-C", "@otel-audit/source", join(programs, "first-key.ts"), path, directory],
        { stdio: ["pipe", "pipe", "inherit"] },
      ),
    );
    onTestFinished(() => children.forEach((child) => void child.kill("SIGKILL")));
    const outputs = children.map(() => "");
    children.forEach((child, at) =>
      child.stdout.setEncoding("utf8").on("data", (text: string) => (outputs[at] += text)),
    );
    const closed = children.map((child) => once(child, "close"));
    await Promise.all(children.map((child) => once(child.stdout, "data")));
    for (const child of children) child.stdin.write("go\n");
    await Promise.all(closed);
    const told = outputs.map(
      (output) =>
        JSON.parse(output.split("\n")[1] ?? "") as {
          readonly key: string;
          readonly custody: string;
          readonly lines: readonly string[];
        },
    );
    expect(new Set(told.map(({ key }) => key)).size).toBe(1);
    expect(told.map(({ custody }) => custody)).toEqual(told.map(() => "file"));
    // One of them made it.
    expect(told.flatMap(({ lines }) => lines)).toHaveLength(1);
    expect(readFileSync(publicKeyFile(path), "utf8")).toBe(`${told[0]?.key}\n`);
  });

  test("its public key is lost: it signs as before, and nothing else is made", () => {
    const { directory, path } = freshPlace();
    const { key } = load(path, directory);
    rmSync(publicKeyFile(path));
    expect(load(path, directory)).toMatchObject({ key, custody: "file", lines: [] });
    expect(existsSync(publicKeyFile(path))).toBe(false);
  });

  test("its public key cannot be written: the key is used all the same", () => {
    const { directory, path } = freshPlace();
    mkdirSync(publicKeyFile(path), { recursive: true });
    const made = load(path, directory);
    expect(made.custody).toBe("file");
    expect(made.lines[0]).toContain("otel-audit keys show prints it");
    expect(load(path, directory).key).toEqual(made.key);
  });

  test("a public key without its private one stays listed", () => {
    const { directory, path } = freshPlace();
    const { key: old } = load(path, directory);
    rmSync(path);
    const { key } = load(path, directory);
    expect(readPublicKeys(path)).toEqual([{ key: old }, { key }]);
  });
});

describe("nowhere to keep one", () => {
  test.each<[name: string, path: (place: Place) => string | undefined, why: RegExp]>([
    ["no home directory", () => undefined, /there is no home directory/],
    [
      "a file in the way",
      ({ directory }) => {
        writeFileSync(join(directory, "../file"), "");
        return join(directory, "../file/otel-audit/signing-key.pem");
      },
      /ENOTDIR/,
    ],
    [
      "a directory that takes nothing",
      () => "/proc/otel-audit/signing-key.pem",
      /ENOENT|EACCES|EPERM|EROFS/,
    ],
    [
      "a directory where the key should be",
      ({ path }) => {
        mkdirSync(path, { recursive: true, mode: 0o700 });
        return path;
      },
      /no regular file/,
    ],
  ])("%s: one in memory, and a line that says so", (_name, pathOf, why) => {
    const place = freshPlace();
    const path = pathOf(place);
    const lines: string[] = [];
    const at = path === undefined ? undefined : { path, isNamed: false };
    const signer = loadSigner(at, place.directory, (line) => lines.push(line));
    expect(signer.custody).toBe("memory");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(why);
    expect(lines[0]).toContain("AUDIT_SIGNING_KEY_FILE");
    const again = loadSigner(at, place.directory, () => {});
    expect(again.key).not.toEqual(signer.key);
  });

  test("the first checkpoint says so", async () => {
    const directory = temporaryDirectory();
    const state = process.env["XDG_STATE_HOME"];
    process.env["XDG_STATE_HOME"] = "/proc/none";
    onTestFinished(() => void (process.env["XDG_STATE_HOME"] = state));
    const audit = await createAudit({ directory, policy: { version: 1 } });
    await audit.close();
    expect(await openingNotes(directory)).toMatchObject([
      { state: "open", opening: { custody: "memory" } },
    ]);
  });
});

test.each([
  ["the key", (path: string) => path, "is no regular file"],
  ["the list of public keys", publicKeyFile, undefined],
])("%s is a pipe: nobody waits for it", (_name, of, problem) => {
  const { directory, path } = freshPlace();
  createKeyFile(path);
  rmSync(of(path));
  spawnSync("mkfifo", ["-m", "600", of(path)]);
  const act = (): unknown => load(path, directory, true);
  if (problem === undefined) expect(act).not.toThrow();
  else expect(refusal(act)).toMatchObject({ code: "unreadable" });
  if (problem !== undefined) expect(refusal(act).message).toContain(problem);
});

test.each([
  ["everybody", 0o777, true],
  ["its group", 0o770, true],
  ["everybody, who cannot replace what others own", 0o1777, false],
  ["nobody else", 0o755, false],
])("a key whose directory %s may write: a line says so", (_name, mode, isTold) => {
  const { directory, path } = freshPlace();
  createKeyFile(path);
  const place = join(path, "..");
  chmodSync(place, mode);
  const link = join(directory, "../linked.pem");
  symlinkSync(path, link);
  for (const [name, isNamed] of [
    [path, false],
    [path, true],
    [link, true],
  ] as const) {
    expect(load(name, directory, isNamed).lines).toEqual(
      isTold
        ? [
            `others may write the directory of the signing key ${name}, and replace it: chmod go-w ${place}`,
          ]
        : [],
    );
  }
});

describe("refused", () => {
  test.each([true, false])("a key that others may read (named: %s)", (isNamed) => {
    const { directory, path } = freshPlace();
    createKeyFile(path);
    for (const mode of [0o640, 0o604, 0o620]) {
      chmodSync(path, mode);
      const error = refusal(() => load(path, directory, isNamed));
      expect(error.code).toBe("untrusted_file");
      expect(error.message).toBe(
        `the signing key ${path} may be read or written by others: chmod 600 ${path}`,
      );
    }
    chmodSync(path, 0o400);
    expect(load(path, directory, isNamed).custody).toBe("file");
  });

  test("one that was named and is not there: it says how to make it, and makes none", () => {
    const { directory, path } = freshPlace();
    const error = refusal(() => load(path, directory, true));
    expect(error.code).toBe("unreadable");
    expect(error.message).toContain(`make it with: otel-audit keys create --file ${path}`);
    expect(error.message).toMatch(/--file \S+$/);
    expect(error.cause).toMatchObject({ code: "ENOENT" });
    expect(existsSync(join(path, ".."))).toBe(false);
  });

  test("one that was named and cannot be there: nobody is told to make it", () => {
    const { directory } = freshPlace();
    writeFileSync(join(directory, "../file"), "");
    const path = join(directory, "../file/key.pem");
    const error = refusal(() => load(path, directory, true));
    expect(error.code).toBe("unreadable");
    expect(error.message).toMatch(/^cannot read the signing key \S+: .*ENOTDIR.*stat '[^']*'$/);
  });

  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const x25519 = generateKeyPairSync("x25519").privateKey;
  const ed25519 = generateKeyPairSync("ed25519");
  const pem = { format: "pem", type: "pkcs8" } as const;
  test.each<[name: string, text: string, why: string]>([
    ["RSA", String(rsa.export(pem)), "it is of type rsa"],
    ["X25519", String(x25519.export(pem)), "it is of type x25519"],
    ["a public key", String(ed25519.publicKey.export({ format: "pem", type: "spki" })), ""],
    [
      "an encrypted one",
      String(ed25519.privateKey.export({ ...pem, cipher: "aes-256-cbc", passphrase: "x" })),
      "",
    ],
    ["a text", "hello", ""],
    ["nothing", "", ""],
  ])("a file that holds no Ed25519 key: %s", (_name, text, why) => {
    const { directory, path } = freshPlace();
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
    for (const isNamed of [true, false]) {
      const error = refusal(() => load(path, directory, isNamed));
      expect(error.code).toBe("invalid_option");
      expect(error.message).toContain(`the signing key ${path} is no Ed25519 private key in PEM (`);
      expect(error.message).toContain(why);
      expect(error.message).toContain("otel-audit keys create");
    }
  });

  test("a key that openssl made is taken", () => {
    const { directory, path } = freshPlace();
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, String(ed25519.privateKey.export(pem)), { mode: 0o600 });
    expect(load(path, directory, true).key).toEqual(
      readPublicKey(String(ed25519.publicKey.export({ format: "pem", type: "spki" }))),
    );
  });

  test.each<[name: string, make: (place: Place) => { path: string; directory: string }]>([
    ["in it", ({ directory }) => ({ path: join(directory, "key.pem"), directory })],
    ["deep in it", ({ directory }) => ({ path: join(directory, "a/b/key.pem"), directory })],
    ["it is the directory", ({ directory }) => ({ path: directory, directory })],
    [
      "in a directory that is a link to it",
      ({ directory }) => {
        symlinkSync(directory, join(directory, "../linked"));
        return { path: join(directory, "../linked/key.pem"), directory };
      },
    ],
    [
      "the audit directory is named by a link",
      ({ directory }) => {
        symlinkSync(directory, join(directory, "../linked"));
        return { path: join(directory, "key.pem"), directory: join(directory, "../linked") };
      },
    ],
    [
      "a link elsewhere to a key in it",
      ({ directory, path }) => {
        createKeyFile(path);
        const inside = join(directory, "key.pem");
        writeFileSync(inside, readFileSync(path), { mode: 0o600 });
        symlinkSync(inside, join(directory, "../key.pem"));
        return { path: join(directory, "../key.pem"), directory };
      },
    ],
    [
      "a link in it to a key elsewhere",
      ({ directory, path }) => {
        createKeyFile(path);
        symlinkSync(path, join(directory, "key.pem"));
        return { path: join(directory, "key.pem"), directory };
      },
    ],
    [
      "an audit directory that is not there yet",
      ({ directory }) => ({
        path: join(directory, "new/key.pem"),
        directory: join(directory, "new"),
      }),
    ],
    [
      "an audit directory that is not there yet, in one that is named by a link",
      ({ directory }) => {
        symlinkSync(directory, join(directory, "../linked"));
        return {
          path: join(directory, "new/key.pem"),
          directory: join(directory, "../linked/new"),
        };
      },
    ],
  ])("a key in the audit directory: %s", (_name, make) => {
    const { path, directory } = make(freshPlace());
    for (const isNamed of [true, false]) {
      const error = refusal(() => load(path, directory, isNamed));
      expect(error.code).toBe("invalid_option");
      expect(error.message).toContain("lies in the audit directory");
      expect(error.message).toContain("set AUDIT_SIGNING_KEY_FILE to a place outside");
    }
  });

  test("a key that has its second name right in the audit directory", () => {
    const { directory, path } = freshPlace();
    createKeyFile(path);
    linkSync(path, join(directory, "audit_log.txt"));
    expect(refusal(() => load(path, directory)).message).toContain("lies in the audit directory");
  });

  test("a key that has three names, one of them right in the audit directory", () => {
    const { directory, path } = freshPlace();
    createKeyFile(path);
    linkSync(path, join(directory, "../second.pem"));
    writeFileSync(join(directory, "audit_log.csv"), "");
    expect(load(path, directory).custody).toBe("file");
    expect(load(path, join(directory, "not-yet")).custody).toBe("file");
    linkSync(path, join(directory, "audit_log.txt"));
    for (const name of [path, join(directory, "../second.pem")])
      expect(refusal(() => load(name, directory)).message).toContain("lies in the audit directory");
  });

  test("a key that is not there yet, and a directory that holds records", () => {
    const { directory, path } = freshPlace();
    writeFileSync(join(directory, "audit_log.csv"), "");
    expect(load(path, directory).custody).toBe("file");
  });

  test("the directory around the audit directory is no key, and lies not in it", () => {
    const { directory } = freshPlace();
    const error = refusal(() => load(join(directory, ".."), directory, true));
    expect(error.message).not.toContain("lies in the audit directory");
  });

  test("a key beside the audit directory is fine, also where the names begin alike", () => {
    const { directory } = freshPlace();
    expect(load(`${directory}-key.pem`, directory).custody).toBe("file");
    expect(load(join(directory, "../..audit.pem"), directory).custody).toBe("file");
  });

  test("createAudit does not open the trail then", async () => {
    const { directory } = freshPlace();
    const opening = createAudit({ directory, seal: { keyFile: join(directory, "key.pem") } });
    await expect(opening).rejects.toMatchObject({ code: "invalid_option" });
    expect(readdirSync(directory)).toEqual([]);
  });
});
