/** A trail that comes through a pipe is answered as one that stands in a file, also where it is read more than once. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { encodeJsonLine } from "../../../src/format/index.ts";
import { askedTrail } from "../../support/asked-trail.ts";
import { COMMAND } from "../../support/command-line.ts";
import { startCommand } from "../../support/running-command.ts";
import { smallDisk } from "../../support/small-disk.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const STDIN = "/dev/stdin";
const text = askedTrail()
  .map((record) => `${encodeJsonLine(record)}\n`)
  .join("");

interface Place {
  readonly file: string;
  /** Where copies are made. */
  readonly scratch: string;
  readonly env: Readonly<Record<string, string>>;
}

function place(): Place {
  const root = temporaryDirectory();
  const [file, scratch] = [join(root, "trail.jsonl"), join(root, "scratch")];
  mkdirSync(scratch);
  writeFileSync(file, text);
  return { file, scratch, env: { TMPDIR: scratch, XDG_STATE_HOME: join(root, "state") } };
}

interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** In a shell, as a pipe that is a pipe: what Node makes is a socket, which has no name to be opened by. */
function ask(script: string, args: readonly string[], env: NodeJS.ProcessEnv): Answer {
  const { status, stdout, stderr } = spawnSync(
    "sh",
    ["-c", script, "sh", process.execPath, COMMAND, ...args],
    {
      encoding: "utf8",
      env: { ...process.env, ...env },
      timeout: 180_000,
    },
  );
  return { code: status, out: stdout, err: stderr };
}

const fromFile = (file: string, args: readonly string[], env: NodeJS.ProcessEnv): Answer =>
  ask('"$@"', [...args, "-t", file], env);
const fromPipe = (file: string, args: readonly string[], env: NodeJS.ProcessEnv): Answer =>
  ask('cat "$TRAIL" | "$@"', [...args, "-t", STDIN], { ...env, TRAIL: file });

/** What a document says of when it was made, and of where its records stood. */
function unplaced({ code, out, err }: Answer, file: string): Answer {
  const plain = (said: string): string =>
    said
      .replaceAll(file, STDIN)
      .replaceAll(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?/g, (time) =>
        time.startsWith("2026-10-0") ? time : "now",
      );
  return { code, out: plain(out), err: plain(err) };
}

const ID = "AbCdEfGhIjKlMnOp.10";

describe.each([
  ["around", ["around", "2026-10-02T08:00:03Z"]],
  ["show", ["show", "AbCdEfGhIjKlMnOp.5"]],
  ["query --between", ["query", "--between", "2026-10-02T08:00:03Z", ID, "-o", "json"]],
  ["history", ["history", "exp-1", "-o", "json"]],
  ["explain", ["explain", "AbCdEfGhIjKlMnOp.8", "-o", "json"]],
  ["reproduce", ["reproduce", "-o", "json"]],
  ["summary", ["summary", "-o", "json"]],
  ["report", ["report", "release"]],
  ["report --no-verify", ["report", "release", "--no-verify"]],
])("%s", (_, args) => {
  test("says the same of a pipe, and leaves no copy", () => {
    const { file, scratch, env } = place();
    const wanted = unplaced(fromFile(file, args, env), file);
    expect(wanted.out).not.toBe("");
    expect(unplaced(fromPipe(file, args, env), file)).toEqual(wanted);
    expect(readdirSync(scratch)).toEqual([]);
  });
});

test("an export that is recorded first is whole", () => {
  const { file, scratch, env } = place();
  const recorded = (name: string): NodeJS.ProcessEnv => ({
    ...env,
    AUDIT_ACCESS_DIR: join(scratch, "..", name),
  });
  const args = ["export", "--all-kinds"];
  const wanted = fromFile(file, args, recorded("of-file"));
  expect(wanted.out).not.toBe("");
  const { code, out } = fromPipe(file, args, recorded("of-pipe"));
  expect({ code, out }).toEqual({ code: 0, out: wanted.out });
  expect(readdirSync(scratch)).toEqual([]);
});

test.each([
  ["query", ["query", "-o", "csv"]],
  ["tail", ["tail"]],
  ["export", ["export"]],
])("%s reads it once, and needs no copy", (_, args) => {
  const { file, scratch, env } = place();
  const { code, out } = fromPipe(file, args, { ...env, TMPDIR: join(scratch, "absent") });
  expect({ code, out }).toEqual({ code: 0, out: fromFile(file, args, env).out });
});

test("where no copy can be made, it is said what to do", () => {
  const { file, scratch, env } = place();
  const absent = join(scratch, "absent");
  const { code, out, err } = fromPipe(file, ["show", ID], { ...env, TMPDIR: absent });
  expect({ code, out }).toEqual({ code: 3, out: "" });
  expect(err).toContain(`cannot copy ${STDIN} into ${absent}: ENOENT`);
  expect(err).toContain("set TMPDIR to a directory with room");
});

test("where there is no room for a copy, too", (context) => {
  const disk = smallDisk() ?? context.skip("mounting needs root on Linux");
  const { file, env } = place();
  writeFileSync(file, text.repeat(100));
  const { code, out, err } = fromPipe(file, ["show", ID], { ...env, TMPDIR: disk });
  expect({ code, out }).toEqual({ code: 3, out: "" });
  expect(err).toContain(`cannot copy ${STDIN} into ${disk}: ENOSPC`);
  expect(readdirSync(disk)).toEqual([]);
});

test("problems in it are those of the pipe, by its name", () => {
  const { file, env } = place();
  writeFileSync(file, `${text}no record\n`);
  const { code, err } = fromPipe(file, ["show", ID], env);
  expect(code).toBe(4);
  expect(err).toContain(`${STDIN}:13: `);
});

/** A pipe whose writer goes on. */
function openPipe(): {
  readonly pipe: string;
  readonly write: (bytes: Uint8Array) => Promise<void>;
} {
  const pipe = join(temporaryDirectory(), "pipe");
  expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
  const writer = createWriteStream(pipe);
  // Whoever reads may have gone.
  writer.on("error", () => {});
  onTestFinished(() => void writer.destroy());
  const write = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve) => writer.write(bytes, () => resolve()));
  return { pipe, write };
}

test("a copy has no name while it is made, so that no signal leaves it behind", async () => {
  const { scratch, env } = place();
  const { pipe, write } = openPipe();
  const { child, ended } = startCommand(["show", ID, "-t", pipe], { env });
  // More than fits into a pipe: most of it was read.
  await write(Buffer.from(text.repeat(100)));
  expect(readdirSync(scratch)).toEqual([]);
  child.kill("SIGINT");
  await ended;
  expect(child.signalCode).toBe("SIGINT");
  expect(readdirSync(scratch)).toEqual([]);
});

test("what is no trail is not copied to its end", async () => {
  const { env } = place();
  const { pipe, write } = openPipe();
  const { ended } = startCommand(["show", ID, "-t", pipe], { env });
  await write(gzipSync(randomBytes(256 * 1024)).subarray(0, 256 * 1024));
  const { code, err } = await ended;
  expect(code).toBe(4);
  expect(err).toContain(`${pipe}:1: it is compressed (gzip)`);
});
