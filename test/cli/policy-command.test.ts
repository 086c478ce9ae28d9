/** `otel-audit policy check` as people run it. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { COMMAND } from "../support/command-line.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { runPrepared } from "../support/prepared-command.ts";

const root = join(import.meta.dirname, "../..");
const example = join(root, "examples/training-service");

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(
  cwd: string,
  args: readonly string[],
  { env = {}, node = [] }: { readonly env?: NodeJS.ProcessEnv; readonly node?: string[] } = {},
): Result {
  const { AUDIT_POLICY_FILE: _file, FORCE_COLOR: _color, ...inherited } = process.env;
  const given = { ...inherited, NODE_OPTIONS: "", ...env };
  const all = ["policy", "check", ...args];
  if (node.length === 0) return runPrepared(all, { cwd, env: given });
  const result = spawnSync(process.execPath, [...node, COMMAND, ...all], {
    cwd,
    encoding: "utf8",
    env: given,
    timeout: 180_000,
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

/** A directory with these files. */
function files(texts: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(texts)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
  }
  return directory;
}

const PROTO = `
syntax = "proto3";
package lab;
import "google/protobuf/timestamp.proto";
import "google/protobuf/struct.proto";
service Trainer {
  rpc Update(UpdateRequest) returns (UpdateReply);
  rpc Pause(PauseRequest) returns (PauseReply);
  rpc Watch(PauseRequest) returns (stream PauseReply);
}
enum Mode { NONE = 0; TRAIN = 1; }
message Owner { string full_name = 1; google.protobuf.Timestamp since = 2; }
message UpdateRequest {
  string model_id = 1;
  map<string, Owner> owners = 2;
  repeated Owner history = 3;
  Mode mode = 4;
  oneof change { string text = 5; bool clear = 6; }
  google.protobuf.Struct extra = 7;
  optional string note = 8;
}
message UpdateReply { bool success = 1; Owner previous = 2; }
message PauseRequest { string reason = 1; }
message PauseReply { int64 step = 1; }
`;

/** A policy with one rule for Update whose action has these lines. */
const policyOf = (...lines: string[]): string =>
  [
    "version: 1",
    "coverage: off",
    "rules:",
    "  - method: lab.Trainer/Update",
    "    actions:",
    "      - action: pause",
    ...lines.map((line) => `        ${line}`),
  ].join("\n");

test("without .proto files: the rules as they are written", () => {
  const directory = files({
    "audit.yaml": `
version: 1
coverage: strict
rules:
  - method: lab.Trainer/Update
    level: request
    failure: closed
    actions:
      - { action: hp_change, when: { request.a: present, request.b: { matches: x.* } }, after: request.a }
      - { action: pause, when: { request.c: [1, two], request.d: false }, failure: open }
      - action: resume
        when: [{ request.e: { sent: true }, request.f: falsy }, { request.e: { sent: false } }]
  - { method: { regex: 'lab\\.Trainer/(Get|List).*' }, level: none }
  - { method: "lab.Trainer/*" }
exempt:
  - { method: lab.Trainer/Watch, reason: "one \\e[31mrecord\\n per viewer" }
`,
  });
  expect(run(directory, [])).toEqual({
    code: 0,
    out: `${[
      "METHOD                                LEVEL     ACTION     FAILURE  WHEN",
      "lab.Trainer/Watch                     none      -          -        exempt: one  [31mrecord  per viewer",
      "lab.Trainer/Update                    request   hp_change  closed   request.a is present and request.b matches x.*",
      "                                                pause      open     request.c is one of 1, two and request.d = false",
      "                                                resume     closed   request.e is sent and request.f is falsy or request.e is not sent",
      "                                                rpc_call   closed   otherwise",
      "{ regex: lab\\.Trainer/(Get|List).* }  none      -          -        exempt: level none",
      "lab.Trainer/*                         metadata  rpc_call   open     always",
    ].join("\n")}\n`,
    err: "otel-audit: audit.yaml is valid: 2 mapped, 2 exempt, 0 not mapped; nothing to mend\n",
  });
});

test("with .proto files: every method, as JSON", () => {
  const directory = files({
    "audit.yaml": `
version: 1
coverage: warn
rules:
  - { method: lab.Trainer/Update, actions: [{ action: permission_change }] }
exempt:
  - { method: lab.Trainer/Watch, reason: viewers }
`,
    "lab.proto": PROTO,
  });
  const { code, out, err } = run(directory, ["--proto", "lab.proto", "-o", "json"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(JSON.parse(out)).toEqual({
    file: "audit.yaml",
    isRequired: false,
    coverage: "warn",
    isStale: false,
    methods: [
      {
        method: "lab.Trainer/Update",
        level: "metadata",
        actions: [{ action: "permission_change", failure: "closed" }],
        isMapped: true,
      },
      {
        method: "lab.Trainer/Pause",
        level: "metadata",
        actions: [{ action: "rpc_call", failure: "open" }],
        isMapped: false,
      },
      {
        method: "lab.Trainer/Watch",
        level: "none",
        actions: [],
        exempt: "viewers",
        isMapped: true,
      },
    ],
    findings: [
      {
        kind: "uncovered",
        place: "audit.yaml:3:11",
        message:
          "lab.Trainer/Pause is neither mapped nor exempt: add a rule, or an exemption with its reason",
      },
    ],
  });
});

test.each<[name: string, path: string]>([
  ["the message", "request"],
  ["a field", "request.model_id"],
  ["a field in camelCase", "request.modelId"],
  ["a key of a map", "request.owners.ann"],
  ["a field of a map's value", "request.owners.ann.full_name"],
  ["an item of a list", "request.history.0"],
  ["a field of an item", "request.history.0.fullName"],
  ["a field of all items", "request.history.full_name"],
  ["a oneof", "request.change"],
  ["a field of an imported message", "response.previous.since.seconds"],
  ["anything in a Struct", "request.extra.whatever.there"],
])("a path to %s leads somewhere", (_name, path) => {
  const directory = files({
    "audit.yaml": policyOf(`details: { a: ${path} }`),
    "lab.proto": PROTO,
  });
  expect(run(directory, ["--proto", "lab.proto"])).toMatchObject({ code: 0 });
});

test.each<[name: string, path: string]>([
  ["a message", "response.previous"],
  ["a text of a oneof", "request.text"],
  ["an optional field", "request.note"],
  ["what a library shows in its own way", "request.extra.whatever"],
])("whether %s was sent can be told", (_name, path) => {
  const directory = files({
    "audit.yaml": policyOf(`when: { ${path}: { sent: true } }`),
    "lab.proto": PROTO,
  });
  expect(run(directory, ["--proto", "lab.proto"])).toMatchObject({ code: 0 });
});

test.each<[name: string, lines: string[], finding: string]>([
  [
    "a field with a slip",
    ["after: request.model_ids"],
    "audit.yaml:7:16: request.model_ids leads nowhere: request is a lab.UpdateRequest and has no field model_ids; did you mean model_id?",
  ],
  [
    "a field of the wrong message",
    ["after: response.model_id"],
    "audit.yaml:7:16: response.model_id leads nowhere: response is a lab.UpdateReply and has no field model_id; it has success, previous",
  ],
  [
    "a nested field with a slip",
    ["details:", "  who: response.previous.fullname"],
    "audit.yaml:8:16: response.previous.fullname leads nowhere: previous is a lab.Owner and has no field fullname; did you mean full_name?",
  ],
  [
    "a field of a text",
    ["details: { a: request.model_id.x }"],
    "audit.yaml:7:23: request.model_id.x leads nowhere: model_id is of type string and has no field x",
  ],
  [
    "a field of an item that is not there",
    ["details: { a: request.history.0.age }"],
    "audit.yaml:7:23: request.history.0.age leads nowhere: history is a lab.Owner and has no field age; it has full_name, since",
  ],
  [
    "a condition",
    ["when: { request.modes: TRAIN }"],
    "audit.yaml:7:17: request.modes leads nowhere: request is a lab.UpdateRequest and has no field modes; did you mean mode?",
  ],
  [
    "a value that the enum does not have",
    ["when: { request.mode: [TRAIN, EVALUATE] }"],
    'audit.yaml:7:31: request.mode is never "EVALUATE": it is one of NONE, TRAIN',
  ],
  [
    "a condition in a list",
    ["when:", "  - { request.mode: falsy }", "  - { request.modes: TRAIN }"],
    "audit.yaml:9:15: request.modes leads nowhere: request is a lab.UpdateRequest and has no field modes; did you mean mode?",
  ],
  [
    "a value in a list of conditions",
    ["when:", "  - { request.mode: falsy }", "  - { request.mode: EVALUATE }"],
    'audit.yaml:9:29: request.mode is never "EVALUATE": it is one of NONE, TRAIN',
  ],
  [
    "a text that may be empty or not sent",
    ["when: { request.model_id: { sent: true } }"],
    "audit.yaml:7:35: whether request.model_id was sent cannot be told: it is no message, not optional and in no oneof; use present, absent or falsy",
  ],
  [
    "a list that may be empty or not sent",
    ["when: { request.history: { sent: false } }"],
    "audit.yaml:7:34: whether request.history was sent cannot be told: it is no message, not optional and in no oneof; use present, absent or falsy",
  ],
  [
    "a target",
    ["target: { id: request.model }"],
    "audit.yaml:7:23: request.model leads nowhere: request is a lab.UpdateRequest and has no field model; did you mean mode?",
  ],
  [
    "an approval",
    ["authorization: { by: request.by }"],
    "audit.yaml:7:30: request.by leads nowhere: request is a lab.UpdateRequest and has no field by; it has model_id, owners, history, mode, text, clear, extra, note",
  ],
])("%s is found, with its place", (_name, lines, finding) => {
  const directory = files({ "audit.yaml": policyOf(...lines), "lab.proto": PROTO });
  const { code, err } = run(directory, ["--proto", "lab.proto"]);
  expect(err).toBe(
    `otel-audit: ${finding}\notel-audit: audit.yaml is valid: 1 mapped, 0 exempt, 2 not mapped; 1 to mend\n`,
  );
  expect(code).toBe(1);
});

test("a rule for several methods is wrong where no method has the field", () => {
  const policy = (field: string): string =>
    `version: 1\nrules:\n  - method: "lab.Trainer/*"\n    reason: request.${field}\n`;
  const good = files({ "audit.yaml": policy("reason"), "lab.proto": PROTO });
  expect(run(good, ["--proto", "lab.proto"]).code).toBe(0);
  const bad = files({ "audit.yaml": policy("comment"), "lab.proto": PROTO });
  const { code, err } = run(bad, ["--proto", "lab.proto"]);
  expect(code).toBe(1);
  expect(err).toContain("audit.yaml:4:13: request.comment leads nowhere: ");
});

describe("stale rules and exemptions", () => {
  const check = (policy: string): Result =>
    run(files({ "audit.yaml": `version: 1\n${policy}`, "lab.proto": PROTO }), [
      "--proto",
      "lab.proto",
    ]);
  test.each<[name: string, policy: string, message: string]>([
    [
      "a method that is gone",
      "rules: [{ method: lab.Trainer/Updte }]",
      "audit.yaml:2:19: lab.Trainer/Updte matches no method of the .proto files; did you mean lab.Trainer/Update?",
    ],
    [
      "a service that is gone",
      'rules: [{ method: "lab.Trainr/*" }]',
      "audit.yaml:2:19: lab.Trainr/* matches no method of the .proto files; did you mean lab.Trainer/*?",
    ],
    [
      "a pattern for nothing",
      "rules: [{ method: { regex: 'x.*' } }]",
      "audit.yaml:2:19: { regex: x.* } matches no method of the .proto files\n",
    ],
    [
      "an exemption for nothing",
      "exempt: [{ method: lab.Trainer/Stop, reason: x }]",
      "audit.yaml:2:20: lab.Trainer/Stop matches no method of the .proto files\n",
    ],
    [
      "a pattern behind its methods",
      "rules: [{ method: lab.Trainer/Pause }, { method: { regex: '.*/Pause' } }]",
      "audit.yaml:2:50: { regex: .*/Pause }: every method of it is exempt or falls under an earlier rule",
    ],
  ])("%s", (_name, policy, message) => {
    const { code, err } = check(policy);
    expect(err).toContain(`otel-audit: ${message}`);
    expect(code).toBe(1);
  });

  test.each([
    ["strict", 1],
    ["warn", 0],
    ["off", 0],
  ] as const)("a method that nothing covers under coverage %s: exit %i", (coverage, exit) => {
    const { code, err } = check(
      `coverage: ${coverage}\nrules: [{ method: lab.Trainer/Update }, { method: lab.Trainer/Pause, level: none }]`,
    );
    expect(code).toBe(exit);
    expect(err.includes("lab.Trainer/Watch is neither mapped nor exempt")).toBe(coverage !== "off");
    expect(err).not.toContain("lab.Trainer/Pause is");
  });
});

test("the example fits its service", () => {
  const { code, err } = run(example, ["--proto", "training.proto"]);
  expect({ code, err }).toEqual({
    code: 0,
    err: "otel-audit: audit.yaml is valid: 14 mapped, 1 exempt, 0 not mapped; nothing to mend\n",
  });
});

test("imports are found beside the importing file and in the named directories", () => {
  const directory = files({
    "audit.yaml":
      "version: 1\ncoverage: off\nrules: [{ method: a.S/M, reason: request.own.name }]\n",
    "service.proto":
      'syntax = "proto3"; package a; import "shared/own.proto"; message Q { shared.Own own = 1; } service S { rpc M(Q) returns (Q); }',
    "vendor/shared/own.proto":
      'syntax = "proto3"; package shared; message Own { string name = 1; }',
  });
  expect(run(directory, ["--proto", "service.proto", "--include", "vendor"]).code).toBe(0);
  const { code, err } = run(directory, ["--proto", "service.proto"]);
  expect(code).toBe(3);
  expect(err).toMatch(
    /^otel-audit: cannot read the \.proto files: .*shared\/own\.proto.*; name its directory with --include\n$/,
  );
});

test.each<
  [name: string, texts: Record<string, string>, args: string[], code: number, message: RegExp]
>([
  [
    "an invalid policy",
    { "audit.yaml": "version: 1\nrule: []\n" },
    [],
    2,
    /^otel-audit: audit\.yaml:2:1: unknown key "rule", did you mean "rules"\?\n$/,
  ],
  [
    "an unknown action",
    { "audit.yaml": policyOf().replace("pause", "model_repaint") },
    [],
    2,
    /unknown action "model_repaint"/,
  ],
  [
    "an untrusted address",
    { "audit.yaml": "version: 1\nactor: [{ header: { id: x, from: [localhost] } }]\n" },
    [],
    2,
    /"localhost" is no address/,
  ],
  ["no policy", {}, [], 3, /^otel-audit: cannot read the audit policy audit\.yaml: ENOENT/],
  [
    "a .proto file that is none",
    { "audit.yaml": "version: 1\n", "a.proto": "message {" },
    ["--proto", "a.proto"],
    3,
    /^otel-audit: cannot read the \.proto files: illegal type name .*line 1\)\n$/,
  ],
  [
    "a .proto file that is not there",
    { "audit.yaml": "version: 1\n" },
    ["--proto", "b.proto"],
    3,
    /^otel-audit: cannot read the \.proto files: ENOENT/,
  ],
  [
    "a wrong format",
    { "audit.yaml": "version: 1\n" },
    ["-o", "xml"],
    2,
    /argument 'xml' is invalid\. Allowed choices are table, json/,
  ],
  ["two policies", { "audit.yaml": "version: 1\n" }, ["a", "b"], 2, /too many arguments/],
])("%s", (_name, texts, args, code, message) => {
  const result = run(files(texts), args);
  expect(result).toMatchObject({ code, out: "" });
  expect(result.err).toMatch(message);
});

test("own actions are named on the command line", () => {
  const directory = files({ "audit.yaml": policyOf().replace("pause", "model_repaint") });
  const { code, out } = run(directory, ["--action", "model_repaint", "model_undeploy"]);
  expect(code).toBe(0);
  expect(out).toContain("model_repaint");
});

test("the file of the environment, else audit.yaml", () => {
  const directory = files({ "audit.yaml": "version: 2\n", "other.yaml": "version: 1\n" });
  expect(run(directory, [], { env: { AUDIT_POLICY_FILE: "other.yaml" } }).code).toBe(0);
  expect(run(directory, []).code).toBe(2);
  expect(run(directory, ["other.yaml"]).code).toBe(0);
});

test.skipIf(process.platform === "win32")(
  "a file that everybody may write is checked, and said",
  () => {
    const directory = files({ "audit.yaml": "version: 1\n" });
    chmodSync(join(directory, "audit.yaml"), 0o666);
    const { code, err } = run(directory, []);
    expect(code).toBe(0);
    expect(err).toContain(
      "audit.yaml may be written by everybody: chmod o-w audit.yaml; a service would not start with it",
    );
  },
);

test("without protobufjs, --proto says what to install; the rest works", () => {
  const hook = `import { registerHooks } from "node:module";
    registerHooks({ resolve(name, context, next) { if (name === "protobufjs") throw new Error("absent"); return next(name, context); } });`;
  const node = ["--import", `data:text/javascript,${encodeURIComponent(hook)}`];
  const directory = files({ "audit.yaml": "version: 1\n", "lab.proto": PROTO });
  expect(run(directory, [], { node }).code).toBe(0);
  const { code, err } = run(directory, ["--proto", "lab.proto"], { node });
  expect({ code, err }).toEqual({
    code: 2,
    err: "otel-audit: --proto needs the package protobufjs, which is not installed: npm install --save-dev protobufjs\n",
  });
});

test("colours only where they are wanted", () => {
  const directory = files({ "audit.yaml": "version: 1\n" });
  expect(run(directory, []).out).toBe("METHOD  LEVEL  ACTION  FAILURE  WHEN\n");
  const coloured = run(directory, [], { env: { FORCE_COLOR: "1" } }).out;
  expect(coloured).toBe("\u001B[1mMETHOD  LEVEL  ACTION  FAILURE  WHEN\u001B[22m\n");
});
