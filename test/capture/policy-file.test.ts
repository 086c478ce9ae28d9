/** What is wrong with an audit policy is said with its place, before anybody listens. */
import { chmodSync, chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import {
  compileActor,
  compilePolicy,
  loadPolicyFile,
  parsePolicy,
  policyOfObject,
} from "../../src/capture/index.ts";
import { createCatalogue } from "../../src/event/index.ts";
import { AuditError } from "../../src/lib/errors.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const report = (): void => {};

/** What opening an audit log does with a policy. */
function open(text: string): void {
  const loaded = parsePolicy(text, "audit.yaml");
  compilePolicy(loaded, createCatalogue());
  compileActor(loaded, undefined, report);
}

function errorOf(run: () => unknown): AuditError {
  try {
    run();
  } catch (error) {
    if (error instanceof AuditError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("the error names the place and the way out", () => {
  test.each<[name: string, text: string, message: RegExp]>([
    ["no YAML", "version: 1\nrules: [", /^audit\.yaml:2:\d+: /],
    ["a tab", "version: 1\nrules:\n\t- method: a.B/C\n", /^audit\.yaml:3:1: /],
    ["a key twice", "version: 1\nversion: 1\n", /^audit\.yaml:2:1: Map keys must be unique/],
    ["an empty file", "", /^audit\.yaml(:1:1)?: the audit policy: /],
    ["a list", "- a\n", /^audit\.yaml:1:1: the audit policy: must be a map, it is a list$/],
    ["no version", "rules: []\n", /^audit\.yaml:1:1: version: /],
    ["another version", "version: 2\n", /^audit\.yaml:1:10: version: 2 is not known: use 1$/],
    ["an unknown key", "version: 1\nrule: []\n", /^audit\.yaml:2:1: unknown key "rule"/],
    [
      "a key that is like none",
      "version: 1\nretention: 7d\n",
      /^audit\.yaml:2:1: unknown key "retention": use version, required, access, coverage, actor, roles, rules, exempt$/,
    ],
    [
      "an unknown key in a rule",
      "version: 1\nrules:\n  - method: a.B/C\n    levle: request\n",
      /^audit\.yaml:4:5: unknown key "levle" in rules\.0, did you mean "level"\?$/,
    ],
    [
      "an unknown key in an action",
      "version: 1\nrules:\n  - method: a.B/C\n    actions:\n      - action: pause\n        befor: request.a\n",
      /^audit\.yaml:6:9: unknown key "befor" in rules\.0\.actions\.0, did you mean "before"\?$/,
    ],
    [
      "an unknown key in a target",
      "version: 1\nrules:\n  - method: a.B/C\n    target: { typ: x }\n",
      /^audit\.yaml:4:15: unknown key "typ" in rules\.0\.target, did you mean "type"\?$/,
    ],
    [
      "an unknown actor source",
      "version: 1\nactor:\n  - jwd: { header: authorization }\n",
      /^audit\.yaml:3:5: unknown key "jwd" in actor\.0, did you mean "jwt"\?$/,
    ],
    [
      "an unknown key in a header source",
      "version: 1\nactor:\n  - header: { id: x-user, form: [127.0.0.1] }\n",
      /^audit\.yaml:3:27: unknown key "form" in actor\.0\.header, did you mean "from"\?$/,
    ],
    [
      "an unknown action",
      "version: 1\nrules:\n  - method: a.B/C\n    actions:\n      - action: hp_chnage\n",
      /^audit\.yaml:5:17: unknown action "hp_chnage", did you mean "hp_change"\? Known: .*tag_add/,
    ],
    [
      "a method without a service",
      "version: 1\nrules:\n  - method: Update\n",
      /^audit\.yaml:3:13: rules\.0\.method: must be "package\.Service\/Method", "package\.Service\/\*", or \{ regex: .*\}; it is "Update"$/,
    ],
    [
      "a method with a leading slash",
      "version: 1\nrules:\n  - method: /a.B/C\n",
      /^audit\.yaml:3:13: rules\.0\.method: must be/,
    ],
    [
      "an exemption without a reason",
      "version: 1\nexempt:\n  - method: a.B/C\n",
      /^audit\.yaml:3:5: exempt\.0\.reason: /,
    ],
    [
      "a header source without from",
      "version: 1\nactor:\n  - header: { id: x-user }\n",
      /^audit\.yaml:3:\d+: actor\.0\.header\.from: /,
    ],
    [
      "a header source with an empty from",
      "version: 1\nactor:\n  - header: { id: x-user, from: [] }\n",
      /^audit\.yaml:3:\d+: actor\.0\.header\.from: must list the callers whose header is believed/,
    ],
    [
      "a bad range",
      "version: 1\nactor:\n  - header: { id: x-user, from: [10.0.0.0/33] }\n",
      /^audit\.yaml:3:\d+: "10\.0\.0\.0\/33" is no address: use an IP address, a range such as 10\.0\.0\.0\/8, or a client certificate as in \{ mtls/,
    ],
    [
      "a host name as address",
      "version: 1\nactor:\n  - header: { id: x-user, from: [localhost] }\n",
      /^audit\.yaml:3:\d+: "localhost" is no address/,
    ],
    [
      "a metadata key that cannot be one",
      "version: 1\nactor:\n  - header: { id: x user, from: [127.0.0.1] }\n",
      /^audit\.yaml:3:\d+: actor\.0\.header\.id: must be a metadata key/,
    ],
    [
      "an mTLS field that is none",
      "version: 1\nactor:\n  - mtls: { id: CN }\n",
      /^audit\.yaml:3:\d+: actor\.0\.mtls\.id: must be subject\.<attribute>/,
    ],
    [
      "a condition that is no path",
      "version: 1\nrules:\n  - method: a.B/C\n    actions:\n      - action: pause\n        when: { parameters: present }\n",
      /^audit\.yaml:6:\d+: "parameters" is no path: it must start with request\. or response\.$/,
    ],
    [
      "a state that is no path",
      "version: 1\nrules:\n  - method: a.B/C\n    actions:\n      - action: pause\n        after: requst.parameters\n",
      /^audit\.yaml:6:16: "requst\.parameters" is no path: /,
    ],
    [
      "an outcome that is no path",
      "version: 1\nrules:\n  - method: a.B/C\n    outcome: reponse.success\n",
      /^audit\.yaml:4:14: "reponse\.success" is no path: /,
    ],
    [
      "an error that is no path, on an action",
      "version: 1\nrules:\n  - method: a.B/C\n    actions:\n      - action: pause\n        error: response..message\n",
      /^audit\.yaml:6:16: "response\.\.message" is no path: /,
    ],
  ])("%s", (_name, text, message) => {
    const error = errorOf(() => open(text));
    expect(error.code).toBe("invalid_policy");
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("\n");
  });

  test("in an object that the program made", () => {
    const policy = { version: 1, rules: [{ method: "a.B/C", actions: [{ action: "nope" }] }] };
    const error = errorOf(() => compilePolicy(policyOfObject(policy), createCatalogue()));
    expect(error.message).toMatch(/^policy\.rules\.0\.actions\.0\.action: unknown action "nope"/);
  });
});

describe("a policy file", () => {
  const text = "version: 1\n";

  test.each([
    [0o600, undefined],
    [0o644, undefined],
    [0o664, "may be written by its group: chmod g-w"],
  ])("of mode %o is taken; said: %s", (mode, line) => {
    const path = join(temporaryDirectory(), "audit.yaml");
    writeFileSync(path, text);
    chmodSync(path, mode);
    const lines = vi.fn<(line: string) => void>();
    expect(loadPolicyFile(path, lines).document).toEqual({ version: 1 });
    expect(lines.mock.calls.flat().map((said) => said.replace(`${path} `, ""))).toEqual(
      line === undefined ? [] : [`${line} ${path}`],
    );
  });

  test("that everybody may write is refused, with the way out", () => {
    const path = join(temporaryDirectory(), "audit.yaml");
    writeFileSync(path, text);
    chmodSync(path, 0o666);
    expect(errorOf(() => loadPolicyFile(path, report))).toMatchObject({
      code: "untrusted_file",
      message: `${path} may be written by everybody: chmod o-w ${path}`,
    });
  });

  test.skipIf(process.getuid?.() !== 0)("of another user is refused (needs root)", () => {
    const path = join(temporaryDirectory(), "audit.yaml");
    writeFileSync(path, text);
    chownSync(path, 12_345, 0);
    expect(errorOf(() => loadPolicyFile(path, report))).toMatchObject({
      code: "untrusted_file",
      message: `${path} belongs to user 12345, not to 0 or root: chown it`,
    });
  });

  test.each(["absent.yaml", "."])("%s cannot be read, and is named", (name) => {
    const path = join(temporaryDirectory(), name);
    const error = errorOf(() => loadPolicyFile(path, report));
    expect(error.code).toBe("unreadable");
    expect(error.message).toContain(`cannot read the audit policy ${path}`);
  });
});

const yamlPiece = fc.constantFrom(
  "version: 1",
  "version: 2",
  "rules:",
  "  - method: a.B/C",
  "    actions:",
  "      - action: pause",
  "        when: { request.a: present }",
  "        before: *a",
  "    target: &a { id: request.id }",
  "    target: { __proto__: 1 }",
  "actor:",
  "  - header: { id: x, from: [::1] }",
  "  - mtls: { id: subject.CN }",
  "exempt: *a",
  "exempt: &b [*b]",
  "? [a]\n: b",
  "!!binary x: y",
  "%YAML 1.1",
  "---",
  "<<: *a",
  "1: 2",
  "null",
  "[",
  "- ",
  "\t",
  "\u0000",
);

test("whatever the text is: a policy or an AuditError", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(yamlPiece).map((lines) => lines.join("\n")),
        fc.json(),
      ),
      (text) => {
        try {
          open(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AuditError);
          expect((error as AuditError).code).toBe("invalid_policy");
          expect((error as AuditError).message).toMatch(/^audit\.yaml/);
        }
      },
    ),
    { numRuns: 3000 },
  );
});
