/** What docs/keys.md says of pinned keys and rotation, with `otel-audit verify`. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const main = join(import.meta.dirname, "../../src/cli/main.ts");

function run(...args: readonly string[]): { readonly code: number | null; readonly out: string } {
  const { status, stdout } = spawnSync(
    process.execPath,
    ["-C", "@otel-audit/source", main, ...args],
    { encoding: "utf8" },
  );
  return { code: status, out: stdout };
}

interface Report {
  readonly trust: string;
  readonly findings: readonly { readonly code: string }[];
}

function verify(
  directory: string,
  ...keys: readonly string[]
): Report & { readonly code: number | null } {
  const pinned = keys.flatMap((key) => ["--public-key", key]);
  const { code, out } = run("verify", directory, ...pinned, "-o", "json");
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
