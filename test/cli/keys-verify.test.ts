/** What docs/keys.md says of pinned keys and rotation, with `otel-audit verify`. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { type Ran, runPrepared } from "../support/prepared-command.ts";

const run = (...args: readonly string[]): Ran => runPrepared(args);

interface Report {
  readonly trust: string;
  readonly findings: readonly { readonly code: string }[];
}

function verify(
  directory: string,
  key?: string,
  ...more: readonly string[]
): Report & { readonly code: number | null } {
  const pinned = key === undefined ? [] : ["--public-key", key];
  const { code, out } = run("verify", directory, ...pinned, ...more, "-o", "json");
  return { code, ...(JSON.parse(out) as Report) };
}

async function serve(directory: string, keyFile: string): Promise<void> {
  const audit = await createAudit({
    directory,
    format: "journal",
    policy: { version: 1 },
    seal: { keyFile },
  });
  await audit.record({ action: "pause", actor: "ann", reason: "loss is flat" });
  await audit.close();
}

const codesOf = ({ findings }: Report): readonly string[] => findings.map(({ code }) => code);

test("who pinned the old key follows rotations, also where a key between was never used", async () => {
  const root = temporaryDirectory();
  const directory = join(root, "audit");
  const file = join(root, "key.pem");
  const first = run("keys", "create", "--file", file).out.trim();
  await serve(directory, file);
  run("keys", "rotate", "--file", file);
  await serve(directory, file);
  const followed = verify(directory, first);
  expect(followed).toMatchObject({ code: 0, trust: "pinned" });
  expect(codesOf(followed)).not.toContain("foreign_key");

  run("keys", "rotate", "--file", file);
  run("keys", "rotate", "--file", file);
  await serve(directory, file);
  for (const key of [first, join(root, "key.pub")]) {
    const again = verify(directory, key);
    expect(again).toMatchObject({ code: 0, trust: "pinned" });
    expect(codesOf(again)).not.toContain("foreign_key");
  }
});

test("another key than the pinned one is found", async () => {
  const root = temporaryDirectory();
  const [own, other] = [join(root, "own.pem"), join(root, "other.pem")];
  run("keys", "create", "--file", own);
  run("keys", "create", "--file", other);
  await serve(join(root, "audit"), other);
  expect(verify(join(root, "audit"))).toMatchObject({ code: 0, trust: "log" });
  const found = verify(join(root, "audit"), join(root, "own.pub"));
  expect(found.code).toBe(1);
  expect(codesOf(found)).toContain("foreign_key");
});

test("a private key is taken for its public half, and somebody is told", async () => {
  const root = temporaryDirectory();
  const [directory, file] = [join(root, "audit"), join(root, "key.pem")];
  run("keys", "create", "--file", file);
  await serve(directory, file);
  for (const args of [
    ["verify", directory],
    ["gaps", directory],
  ]) {
    const { code, err } = run(...args, "--public-key", file);
    expect({ code, err }).toEqual({
      code: 0,
      err: `otel-audit: ${file} is a private key: its public half is used; to verify, otel-audit keys show gives what is enough, and who has this one can sign\n`,
    });
  }
  expect(run("verify", directory, "--public-key", join(root, "key.pub")).err).toBe("");
});

test.each(["", "  "])("a key %j names nothing", (key) => {
  for (const command of [["verify"], ["gaps"], ["inspect", "cJ43xB7KP1x8rM2I.3"]]) {
    const { code, out, err } = run(...command, ".", "--public-key", key);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toBe("otel-audit: --public-key names nothing: give a key or a file\n");
  }
});

describe("an anchor that was signed after a rotation", () => {
  /** A trail of two keys, the first of them, and an anchor that the second one signed. */
  async function rotated(): Promise<{
    readonly directory: string;
    readonly file: string;
    readonly first: string;
    readonly anchor: string;
  }> {
    const root = temporaryDirectory();
    const [directory, file] = [join(root, "audit"), join(root, "key.pem")];
    const anchor = join(root, "anchor.txt");
    const first = run("keys", "create", "--file", file).out.trim();
    await serve(directory, file);
    run("keys", "rotate", "--file", file);
    await serve(directory, file);
    writeFileSync(anchor, run("anchor", directory, "--key-file", file).out);
    return { directory, file, first, anchor };
  }

  test("who pinned the old key follows it from there, as verify does", async () => {
    const { directory, first, anchor } = await rotated();
    expect(verify(directory, first, "--anchor", anchor)).toMatchObject({
      code: 0,
      trust: "anchored",
    });
    const gaps = run("gaps", directory, "--public-key", first, "--anchor", anchor);
    expect(gaps).toMatchObject({ code: 0 });
  });

  test("and finds what was cut since", async () => {
    const { directory, first, anchor } = await rotated();
    const journal = join(directory, "journal");
    const isOld = (stream: string): boolean =>
      !readFileSync(join(journal, stream, "1.jsonl"), "utf8").includes("rotation otel-audit");
    const [old = ""] = readdirSync(journal).filter(isOld);
    rmSync(join(journal, old), { recursive: true });
    const found = verify(directory, first, "--anchor", anchor);
    expect(found.code).toBe(4);
    expect(codesOf(found)).toContain("stream_missing");
  });

  test("no stream of the new key is there: it says what to do", async () => {
    const { directory, file, first, anchor } = await rotated();
    run("keys", "rotate", "--file", file);
    writeFileSync(anchor, run("anchor", directory, "--key-file", file).out);
    const last = run("keys", "show", "--file", file).out.trim().split("\n").at(-1)?.split(" ")[0];
    const refused = run("verify", directory, "--public-key", first, "--anchor", anchor);
    expect(refused.code).toBe(4);
    const why = `counts for nothing: it is signed with the key ${last}, which is none of those given, nor did one of them come to sign what was read: give that key too where you trust it`;
    expect(refused.out).toContain(why);
    const gaps = run("gaps", directory, "--public-key", first, "--anchor", anchor);
    expect(gaps.code).toBe(4);
    expect(verify(directory, first, "--public-key", last ?? "", "--anchor", anchor)).toMatchObject({
      code: 0,
      trust: "anchored",
    });
  });

  test("somebody else's anchor counts for nothing, and does not hide what is found", async () => {
    const { directory, first } = await rotated();
    const root = temporaryDirectory();
    const [file, anchor] = [join(root, "other.pem"), join(root, "anchor.txt")];
    run("keys", "create", "--file", file);
    await serve(directory, file);
    writeFileSync(anchor, run("anchor", directory, "--key-file", file).out);
    const found = run("verify", directory, "--public-key", first, "--anchor", anchor);
    expect(found.code).toBe(1);
    expect(found.out).toContain("TAMPERED");
    expect(found.out).not.toContain("as it was anchored");
    expect(found.out).toContain("counts for nothing");
  });
});
