/** The trail is named alike everywhere: -t, or where nothing else stands behind the command, as an argument. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CommandTrail,
  makeTrail,
  newRoot,
  otelAudit,
  removeRoot,
} from "../support/command-trail.ts";

const root = newRoot();
let trail: CommandTrail;
beforeAll(async () => {
  trail = await makeTrail(root);
});
afterAll(() => removeRoot(root));

/** What stands behind a command beside the paths, and may not differ from run to run. */
const COMMANDS: readonly (readonly [string, (trail: CommandTrail) => readonly string[]])[] = [
  ["verify", () => []],
  ["gaps", () => []],
  ["inspect", ({ stream }) => [`${stream}.5`]],
  ["anchor", () => []],
  ["resend", () => ["--dry-run"]],
];

describe.each(COMMANDS)("%s", (command, argsOf) => {
  /** Of the output its beginning: a time, or a rate, stands below. */
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const { code, out, err } = otelAudit([command, ...argsOf(trail), ...args], {
      ...env,
      AUDIT_SIGNING_KEY_FILE: trail.keyFile,
    });
    return { code, out: out.split("\n").slice(0, 2), err };
  };
  test("takes -t as it takes paths, and AUDIT_LOG_DIR without either", () => {
    const named = run([trail.directory]);
    expect(named.code).toBe(0);
    expect(run(["-t", trail.directory])).toEqual(named);
    expect(run([], { AUDIT_LOG_DIR: trail.directory })).toEqual(named);
  });
  test("takes both together", () => {
    const { code, err } = run(["--trail", trail.directory, "nowhere"]);
    expect(code).toBe(3);
    expect(err).toContain("nowhere");
  });
  test("refuses an empty one", () => {
    const { code, err } = run(["-t", ""]);
    expect(code).toBe(2);
    expect(err).toContain("an empty path names nothing");
  });
});
