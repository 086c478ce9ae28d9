/** Where the signing key is looked for, and what is refused before anything is opened. */
import { homedir } from "node:os";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { SealSettings } from "otel-audit";
import { AuditError } from "../../src/lib/errors.ts";
import { resolveOptions } from "../../src/setup/options.ts";
import { resolveSeal } from "../../src/setup/seal-options.ts";

vi.mock("node:os", { spy: true });
afterEach(() => void vi.mocked(homedir).mockReset());

type Env = Readonly<Record<string, string>>;

test.each<[name: string, given: SealSettings, env: Env, key: object]>([
  [
    "the option",
    { keyFile: "/own.pem" },
    { AUDIT_SIGNING_KEY_FILE: "/env.pem", XDG_STATE_HOME: "/x" },
    { path: "/own.pem", isNamed: true },
  ],
  [
    "the variable",
    {},
    { AUDIT_SIGNING_KEY_FILE: "/env.pem", XDG_STATE_HOME: "/x" },
    { path: "/env.pem", isNamed: true },
  ],
  [
    "the state directory",
    {},
    { AUDIT_SIGNING_KEY_FILE: "", XDG_STATE_HOME: "/x" },
    { path: "/x/otel-audit/signing-key.pem", isNamed: false },
  ],
  ["home", {}, {}, { path: "/home/ann/.local/state/otel-audit/signing-key.pem", isNamed: false }],
  [
    "home, where the state directory is a relative path",
    {},
    { XDG_STATE_HOME: "x" },
    { path: "/home/ann/.local/state/otel-audit/signing-key.pem", isNamed: false },
  ],
])("the key is that of %s", (_name, given, env, key) => {
  vi.mocked(homedir).mockReturnValue("/home/ann");
  expect(resolveSeal(given, env).key).toEqual(key);
});

test("a user without a home directory has no place for one", () => {
  vi.mocked(homedir).mockImplementation(() => {
    throw new Error("ENOENT: no such file or directory, uv_os_homedir");
  });
  expect(resolveSeal({}, {}).key).toBeUndefined();
  expect(resolveSeal({}, { XDG_STATE_HOME: "/x" }).key).toMatchObject({ isNamed: false });
});

describe("the heartbeat", () => {
  test.each<[given: number | undefined, env: string | undefined, millis: number | undefined]>([
    [undefined, undefined, undefined],
    [undefined, "", undefined],
    [undefined, "60", 60_000],
    [undefined, "1.5", 1500],
    [30, "60", 30_000],
    [2_000_000, undefined, 2_000_000_000],
  ])("%s, AUDIT_HEARTBEAT=%s: every %s ms", (given, env, millis) => {
    const settings = given === undefined ? {} : { heartbeatSeconds: given };
    const variables = env === undefined ? {} : { AUDIT_HEARTBEAT: env };
    expect(resolveSeal(settings, variables).heartbeatMillis).toBe(millis);
  });

  test.each(["0", "0.9", "2000001", "-1", "1e3", "soon", "60s", " 60"])(
    "AUDIT_HEARTBEAT=%s is refused",
    (value) => {
      const resolve = (): unknown => resolveSeal(undefined, { AUDIT_HEARTBEAT: value });
      expect(resolve).toThrow(AuditError);
      expect(resolve).toThrow(
        `AUDIT_HEARTBEAT must be a number of seconds from 1 to 2000000; it is ${JSON.stringify(value)}`,
      );
    },
  );
});

test.each<[name: string, seal: object, path: string]>([
  ["an unknown key", { key: "x" }, "seal"],
  ["an empty file name", { keyFile: "" }, "seal.keyFile"],
  ["a heartbeat below a second", { heartbeatSeconds: 0.5 }, "seal.heartbeatSeconds"],
  ["a heartbeat that no timer takes", { heartbeatSeconds: 3_000_000 }, "seal.heartbeatSeconds"],
  ["a signer without a key", { signer: { sign: () => new Uint8Array() } }, "seal.signer.publicKey"],
  ["a signer that is no function", { signer: { publicKey: "x", sign: "x" } }, "seal.signer.sign"],
])("createAudit({ seal }) refuses %s", (_name, seal, path) => {
  const resolve = (): unknown => resolveOptions({ seal: seal }, {});
  expect(resolve).toThrow(AuditError);
  expect(resolve).toThrow(`createAudit: ${path}`);
});
