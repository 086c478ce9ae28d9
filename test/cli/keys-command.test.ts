/** `otel-audit keys` as people run it. */
import { execFileSync } from "node:child_process";
import { createPublicKey } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodePublicKeys, writePublicKeys } from "../../src/seal/public-key-file.ts";
import { encodeKey } from "../../src/seal/note.ts";
import { readPublicKey, signerOf, generateSigningKey } from "../../src/seal/signer.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { type Ran, runPrepared } from "../support/prepared-command.ts";

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AUDIT|OTEL|NODE_OPTIONS|XDG)/.test(name)),
  );
  return runPrepared(["keys", ...args], { env: { ...inherited, ...env } });
}

/** A place where a key may be made. */
function freshFile(): string {
  return join(temporaryDirectory(), "state", "key.pem");
}

function made(): string {
  const file = freshFile();
  expect(run(["create", "--file", file]).code).toBe(0);
  return file;
}

const pubOf = (file: string): string => file.replace(/\.pem$/, ".pub");

describe("create", () => {
  test("makes a key for nobody else to read, and prints the public one", () => {
    const file = freshFile();
    const { code, out, err } = run(["create", "--file", file]);
    expect(code).toBe(0);
    expect(out).toMatch(/^otel-audit\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{44}\n$/);
    expect(readFileSync(pubOf(file), "utf8")).toBe(out);
    expect(err).toBe(
      `otel-audit: made ${file}: back it up where the records are not, and let nobody else read it\n` +
        `otel-audit: its public key is in ${pubOf(file)}: pin it where you verify\n`,
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(file, "..")).mode & 0o777).toBe(0o700);
  });

  test.each<[name: string, env: (root: string) => Readonly<Record<string, string>>, file: string]>([
    [
      "AUDIT_SIGNING_KEY_FILE",
      (root) => ({ AUDIT_SIGNING_KEY_FILE: join(root, "own.pem") }),
      "own.pem",
    ],
    [
      "XDG_STATE_HOME",
      (root) => ({ XDG_STATE_HOME: join(root, "x") }),
      "x/otel-audit/signing-key.pem",
    ],
    ["HOME", (root) => ({ HOME: root }), ".local/state/otel-audit/signing-key.pem"],
    [
      "HOME, where XDG_STATE_HOME is relative",
      (root) => ({ HOME: root, XDG_STATE_HOME: "x" }),
      ".local/state/otel-audit/signing-key.pem",
    ],
  ])("without --file the place is that of %s", (_name, env, file) => {
    const root = temporaryDirectory();
    expect(run(["create"], env(root)).code).toBe(0);
    expect(existsSync(join(root, file))).toBe(true);
    expect(run(["show"], env(root)).code).toBe(0);
  });

  test("leaves a key that is there", () => {
    const file = made();
    const before = readFileSync(file, "utf8");
    const { code, out, err } = run(["create", "--file", file]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toBe(
      `otel-audit: there is a key already: ${file}; otel-audit keys rotate replaces it, --file names another place\n`,
    );
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  test("says that earlier keys do not vouch for it", () => {
    const file = made();
    rmSync(file);
    const { code, err } = run(["create", "--file", file]);
    expect(code).toBe(0);
    expect(err).toContain(`1 earlier key of ${pubOf(file)} has not signed it: pin it beside that`);
    expect(readFileSync(pubOf(file), "utf8").trim().split("\n")).toHaveLength(2);
  });

  test("not in the audit directory", () => {
    const directory = temporaryDirectory();
    const file = join(directory, "key.pem");
    const { code, err } = run(["create", "--file", file], { AUDIT_LOG_DIR: directory });
    expect(code).toBe(2);
    expect(err).toContain("lies in the audit directory");
    expect(readdirSync(directory)).toEqual([]);
  });

  test("where nothing can be written", () => {
    const { code, out, err } = run(["create", "--file", "/proc/none/key.pem"]);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toMatch(
      /^otel-audit: no signing key can be made in \/proc\/none\/key\.pem: E[A-Z]+: .*; /,
    );
    expect(err).toContain(
      "run this as a user that may write there, or name another place with --file",
    );
  });

  test.each<[name: string, make: (file: string) => void, said: string]>([
    ["a directory", (file) => mkdirSync(file, { mode: 0o755 }), "is a directory: "],
    ["a pipe", (file) => execFileSync("mkfifo", [file]), "is no regular file: "],
    [
      "a link that leads to nothing",
      (file) => symlinkSync(`${file}.gone`, file),
      "is a link that leads to nothing: ",
    ],
  ])("not where %s is, which is no key", (_name, make, said) => {
    const file = join(temporaryDirectory(), "place");
    make(file);
    const { code, out, err } = run(["create", "--file", file]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(`${file} ${said}`);
    expect(err).not.toContain("there is a key already");
  });
});

describe("show", () => {
  test("prints the file of public keys, and says where the private one is, since when", () => {
    const file = made();
    const { code, out, err } = run(["show", "--file", file]);
    expect(code).toBe(0);
    expect(out).toBe(readFileSync(pubOf(file), "utf8"));
    const since = statSync(file).mtime.toISOString();
    expect(err).toBe(
      `otel-audit: the private key is in ${file} since ${since}; it came after no other\n`,
    );
  });

  test("as PEM, for openssl and others", () => {
    const file = made();
    const { out } = run(["show", "--file", file, "--pem"]);
    expect(out).toMatch(/^-----BEGIN PUBLIC KEY-----\n.*\n-----END PUBLIC KEY-----\n$/s);
    expect(createPublicKey(out).asymmetricKeyType).toBe("ed25519");
    expect(encodeKey(readPublicKey(out))).toBe(readFileSync(pubOf(file), "utf8").trim());
  });

  test("as JSON, also after a rotation", () => {
    const file = made();
    run(["rotate", "--file", file]);
    const { code, out } = run(["show", "--file", file, "-o", "json"]);
    expect(code).toBe(0);
    const [first, second] = decodePublicKeys(readFileSync(pubOf(file), "utf8"));
    expect(JSON.parse(out)).toEqual({
      file,
      publicKeyFile: pubOf(file),
      since: statSync(file).mtime.toISOString(),
      keys: [
        {
          key: encodeKey(first?.key ?? readPublicKey("")),
          keyId: first?.key.keyId,
          current: false,
          rotation: null,
        },
        {
          key: encodeKey(second?.key ?? readPublicKey("")),
          keyId: second?.key.keyId,
          current: true,
          rotation: { ...second?.rotation, valid: true },
        },
      ],
    });
    expect(run(["show", "--file", file]).err).toContain("; the key before it has signed it\n");
  });

  test("works where only the public keys are", () => {
    const file = made();
    run(["rotate", "--file", file]);
    rmSync(file);
    const { code, out, err } = run(["show", "--file", file]);
    expect(code).toBe(0);
    expect(out).toBe(readFileSync(pubOf(file), "utf8"));
    expect(err).toBe(`otel-audit: there is no private key in ${file}, only public ones\n`);
    const last = decodePublicKeys(out).at(-1)?.key;
    const pem = run(["show", "--file", file, "--pem"]).out;
    expect(readPublicKey(pem)).toEqual(last);
    expect(JSON.parse(run(["show", "--file", file, "-o", "json"]).out)).toMatchObject({
      since: null,
      keys: [{ current: false }, { current: false }],
    });
  });

  test.each<[name: string, harm: (file: string) => void, said: (file: string) => string]>([
    ["is lost", (file) => rmSync(pubOf(file)), (file) => `${pubOf(file)} is not there`],
    [
      "lists another",
      (file) => writePublicKeys(file, [{ key: signerOf(generateSigningKey(), "file").key }]),
      (file) => `${pubOf(file)} does not list this key`,
    ],
    [
      "cannot be read",
      (file) => {
        rmSync(pubOf(file));
        mkdirSync(pubOf(file));
      },
      (file) => `${pubOf(file)} cannot be read (${pubOf(file)} is no regular file)`,
    ],
  ])("the file of public keys %s: the key is printed, and that is said", (_name, harm, said) => {
    const file = made();
    const line = readFileSync(pubOf(file), "utf8");
    harm(file);
    const { code, out, err } = run(["show", "--file", file]);
    expect(code).toBe(0);
    expect(out.endsWith(line)).toBe(true);
    expect(err).toContain(said(file));
    expect(err).toContain("which keys came before it is not known");
  });

  test("a rotation that was interrupted, and one whose signature is wrong", () => {
    const file = made();
    const [known] = decodePublicKeys(readFileSync(pubOf(file), "utf8"));
    const current = known?.key ?? readPublicKey("");
    const { key } = signerOf(generateSigningKey(), "file");
    const rotation = { from: encodeKey(current), signature: Buffer.alloc(64).toString("base64") };
    writePublicKeys(file, [{ key: current }, { key, rotation }]);
    const interrupted = run(["show", "--file", file]);
    expect(interrupted.code).toBe(0);
    expect(interrupted.err).toContain("the last of these keys was never put in place");
    writePublicKeys(file, [{ key }, { key: current, rotation }]);
    expect(run(["show", "--file", file]).err).toContain(
      "what is to be the signature of the key before it is none",
    );
  });

  test("a private key that a service would refuse: the public keys are shown, and exit 3 says so", () => {
    const file = made();
    chmodSync(file, 0o644);
    const loose = run(["show", "--file", file]);
    expect(loose).toMatchObject({ code: 3, out: readFileSync(pubOf(file), "utf8") });
    expect(loose.err).toContain(`chmod 600 ${file}; a service would not start with it`);
    chmodSync(file, 0o600);
    writeFileSync(file, "no key");
    expect(run(["show", "--file", file])).toMatchObject({ code: 3 });
    rmSync(pubOf(file));
    expect(run(["show", "--file", file])).toMatchObject({
      code: 3,
      out: "",
      err: expect.stringContaining("is no Ed25519 private key") as string,
    });
  });

  test("never makes a key", () => {
    const root = temporaryDirectory();
    for (const format of [[], ["--pem"], ["-o", "json"]]) {
      const { code, out, err } = run(["show", ...format], { XDG_STATE_HOME: root });
      expect({ code, out }).toEqual({ code: 3, out: "" });
      expect(err).toContain(`there is no key in ${root}/otel-audit/signing-key.pem`);
      expect(err).toContain("otel-audit keys create makes one, --file names another place");
    }
    expect(readdirSync(root)).toEqual([]);
  });
});

describe("rotate", () => {
  test("twice in a row", () => {
    const file = made();
    const first = readFileSync(pubOf(file), "utf8");
    const privateKey = readFileSync(file, "utf8");
    const second = run(["rotate", "--file", file]);
    expect(second.code).toBe(0);
    expect(second.err).toContain("sign with the old key until they restart");
    expect(second.err).toContain("needs the new public key, or follows it from the old one");
    const third = run(["rotate", "--file", file]);
    expect(readFileSync(pubOf(file), "utf8")).toBe(first + second.out + third.out);
    const [oldest, middle, newest] = decodePublicKeys(first + second.out + third.out);
    expect(middle?.rotation?.from).toBe(encodeKey(oldest?.key ?? readPublicKey("")));
    expect(newest?.rotation?.from).toBe(encodeKey(middle?.key ?? readPublicKey("")));
    expect(readFileSync(file, "utf8")).not.toBe(privateKey);
    const shown = JSON.parse(run(["show", "--file", file, "-o", "json"]).out) as {
      readonly keys: readonly { readonly current: boolean; readonly rotation: unknown }[];
    };
    expect(shown.keys.map(({ current }) => current)).toEqual([false, false, true]);
    expect(shown.keys.slice(1)).toMatchObject([
      { rotation: { valid: true } },
      { rotation: { valid: true } },
    ]);
  });

  test("without a key there is nothing to rotate, and none is made", () => {
    const file = freshFile();
    const { code, out, err } = run(["rotate", "--file", file]);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain(`make it with: otel-audit keys create --file ${file}`);
    expect(existsSync(join(file, ".."))).toBe(false);
  });

  test("a key that others may read, and a file that is none", () => {
    const file = made();
    chmodSync(file, 0o644);
    expect(run(["rotate", "--file", file])).toMatchObject({ code: 3, out: "" });
    chmodSync(file, 0o600);
    writeFileSync(file, "no key");
    expect(run(["rotate", "--file", file])).toMatchObject({ code: 3, out: "" });
    expect(readFileSync(file, "utf8")).toBe("no key");
  });

  test("where the new one cannot be kept", () => {
    const file = made();
    mkdirSync(`${file}.next.tmp`);
    const { code, out, err } = run(["rotate", "--file", file]);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain(`the signing key ${file} cannot be replaced: `);
    expect(err).toContain("the old one stays");
  });
});

describe.each(["show", "rotate"])("%s", (command) => {
  test.each<[name: string, make: (file: string) => void]>([
    ["a directory", (file) => mkdirSync(file, { mode: 0o755 })],
    ["a pipe", (file) => execFileSync("mkfifo", [file])],
  ])("%s is no key, and nobody is told to lock it", (_name, make) => {
    const file = join(temporaryDirectory(), "place");
    make(file);
    const { code, out, err } = run([command, "--file", file]);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain(`${file} is no regular file`);
    expect(err).not.toContain("chmod");
  });

  test("what is no key cannot be read as one", () => {
    const file = join(temporaryDirectory(), "key.pem");
    writeFileSync(file, "no key", { mode: 0o600 });
    const { code, out, err } = run([command, "--file", file]);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain("is no Ed25519 private key");
  });
});

test.each<[args: string[], text: string]>([
  [["show", "--pem", "-o", "json"], "say --pem or -o json, not both"],
  [["show", "-o", "table"], "Allowed choices are text, json"],
  [["show", "x"], "too many arguments"],
  [["create", "--force"], "unknown option '--force'"],
  [["rotat"], "unknown command 'rotat'"],
  [["show", "--file", ""], "--file names nothing: give the path of a private key"],
  [["create", "--file", ""], "--file names nothing: give the path of a private key"],
  [["rotate", "--file", ""], "--file names nothing: give the path of a private key"],
  [[], "Usage: otel-audit keys"],
])("%j is wrong usage", (args, text) => {
  const { code, out, err } = run(args, { XDG_STATE_HOME: temporaryDirectory() });
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(text);
});

test.each<[args: string[], parts: string[]]>([
  [["--help"], ["Examples:", "AUDIT_SIGNING_KEY_FILE"]],
  [
    ["show", "--help"],
    ["Examples:", "Exit: 0 shown; 2 wrong usage; 3"],
  ],
  [
    ["create", "--help"],
    ["Example:", "Exit: 0 made; 2 wrong usage"],
  ],
  [
    ["rotate", "--help"],
    ["Example:", "Exit: 0 rotated; 2 wrong usage"],
  ],
])("%j is answered on stdout", (args, parts) => {
  const { code, out, err } = run(args);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  for (const part of ["Usage: otel-audit keys", ...parts]) expect(out).toContain(part);
});
