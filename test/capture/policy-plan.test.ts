/** What a compiled policy says of methods, actions and roles. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  type AuditPolicy,
  compileActor,
  compilePolicy,
  type MethodPlan,
  parsePolicy,
  type PolicyDocument,
  policyOfObject,
} from "../../src/capture/index.ts";
import { policySchema } from "../../src/capture/policy-schema.ts";
import { createCatalogue } from "../../src/event/index.ts";

const compile = (document: Omit<PolicyDocument, "version">): AuditPolicy =>
  compilePolicy(policyOfObject({ version: 1, ...document }), createCatalogue());

type AuditPlan = MethodPlan & { readonly kind: "audit" };
function auditPlan(policy: AuditPolicy, method = "a.B/C"): AuditPlan {
  const plan = policy.planOf(method);
  if (plan.kind !== "audit") throw new Error(`${method} is exempt`);
  return plan;
}

test("the example of the documentation", () => {
  const text = `
version: 1
required: false            # true: refuse to start when nothing can be recorded
coverage: warn             # strict | warn | off
actor:
  - jwt: { header: authorization, jwks: https://id.example.org/keys.json, issuer: https://id.example.org, audience: trainer, algorithms: [EdDSA], id: sub, role: role }
  - mtls: { id: subject.CN }
  - header: { id: x-user, type: x-user-type, from: [127.0.0.0/8] }
roles:
  annotator: [tag_add, tag_remove]
rules:                     # first match wins
  - method: trainer.ExperimentService/UpdateParameters
    level: request         # none | metadata | request | request-response
    actions:               # every action whose condition holds is recorded; none holds: rpc_call
      - action: hp_change
        when: { request.parameters: present }
        before: response.previous
        after: request.parameters
      - action: mode_switch
        when: { request.mode: [TRAIN, EVALUATE] }
        details: { from: response.previous_mode, to: request.mode }
    target: { type: experiment, id: request.experiment_id }
    outcome: response.success
    error: response.message
    reason: request.comment
    failure: closed
  - method: "trainer.ExperimentService/*"
    level: metadata
exempt:
  - method: trainer.ExperimentService/WatchMetrics
    reason: read-only stream, a record per call would say nothing
`;
  const said: string[] = [];
  const loaded = parsePolicy(text, "audit.yaml");
  const policy = compilePolicy(loaded, createCatalogue(), (line) => said.push(line));
  expect(said).toEqual([]);
  expect(policy.coverage).toBe("warn");
  const plan = auditPlan(policy, "trainer.ExperimentService/UpdateParameters");
  expect(plan).toMatchObject({ level: "request", failure: "closed", isMapped: true });
  expect(plan.mappings.map(({ action, failure }) => [action, failure])).toEqual([
    ["hp_change", "closed"],
    ["mode_switch", "closed"],
  ]);
  expect(policy.planOf("trainer.ExperimentService/WatchMetrics")).toEqual({
    kind: "exempt",
    reason: "read-only stream, a record per call would say nothing",
  });
  expect(auditPlan(policy, "trainer.ExperimentService/Pause").isMapped).toBe(true);
  expect(auditPlan(policy, "other.Service/Do").isMapped).toBe(false);
});

test.each<[name: string, method: PolicyDocument["rules"], matches: string[], not: string[]]>([
  [
    "a pattern",
    [{ method: { regex: "a\\.B/(Get|List).*" } }],
    ["a.B/GetX", "a.B/List"],
    ["a.B/XGet", "xa.B/Get", "a.C/Get"],
  ],
  [
    "an alternative of patterns, whole",
    [{ method: { regex: "a\\.B/X|a\\.B/Y" } }],
    ["a.B/X", "a.B/Y"],
    ["a.B/XX", "za.B/Y"],
  ],
  ["anchors of one's own", [{ method: { regex: "^a\\.B/X$" } }], ["a.B/X"], ["a.B/X\n"]],
  ["a service", [{ method: "a.B/*" }], ["a.B/X"], ["a.Bee/X", "x.a.B/X"]],
])("%s", (_name, rules, matching, not) => {
  const policy = compile({ rules: rules ?? [] });
  const isMapped = (method: string): boolean => auditPlan(policy, method).isMapped;
  expect([...matching, ...not].filter(isMapped)).toEqual(matching);
});

test("a pattern takes time linear in what it is matched with", () => {
  const policy = compile({ rules: [{ method: { regex: "(a|aa)+b" } }] });
  // A backtracking engine would not come back.
  expect(auditPlan(policy, "a".repeat(10_000)).isMapped).toBe(false);
});

test("level none is an exemption, and the rules behind it do not count", () => {
  const policy = compile({
    rules: [
      { method: "a.B/C", level: "none" },
      { method: "a.B/*", level: "request" },
    ],
  });
  expect(policy.planOf("a.B/C")).toEqual({ kind: "exempt", reason: "level none" });
  expect(auditPlan(policy, "a.B/D").level).toBe("request");
});

test.each<[name: string, rule: object, reads: boolean]>([
  ["nothing", {}, false],
  ["an action alone", { actions: [{ action: "pause" }] }, false],
  [
    "texts only",
    { target: { type: "x", id: "y" }, actions: [{ action: "pause", details: { a: "b", n: 1 } }] },
    false,
  ],
  ["a target", { target: { id: "request.id" } }, true],
  ["an authorization", { authorization: { id: "request.ticket" } }, true],
  ["a snapshot", { snapshot: "request.version" }, true],
  ["a detail", { actions: [{ action: "pause", details: { a: "request.a" } }] }, true],
  ["a state", { actions: [{ action: "pause", before: "response" }] }, true],
  ["a condition", { actions: [{ action: "pause", when: { "request.a": "present" } }] }, true],
  ["the whole request", { level: "request" }, true],
  ["both messages", { level: "request-response" }, true],
])("messages are read for %s: %#", (_name, rule, reads) => {
  const plan = auditPlan(compile({ rules: [{ method: "a.B/C", ...rule }] }));
  expect(plan.readsMessages).toBe(reads);
});

test.each<[name: string, rule: object, fallback: string, actions: string[]]>([
  [
    "the catalogue's",
    { actions: [{ action: "pause" }, { action: "permission_change" }] },
    "open",
    ["open", "closed"],
  ],
  ["the rule's", { failure: "closed", actions: [{ action: "pause" }] }, "closed", ["closed"]],
  [
    "the rule's, weaker",
    { failure: "open", actions: [{ action: "permission_change" }] },
    "open",
    ["open"],
  ],
  [
    "the action's own",
    { failure: "closed", actions: [{ action: "pause", failure: "open" }, { action: "resume" }] },
    "closed",
    ["open", "closed"],
  ],
])("failure: %s", (_name, rule, fallback, actions) => {
  const plan = auditPlan(compile({ rules: [{ method: "a.B/C", ...rule }] }));
  expect(plan.failure).toBe(fallback);
  expect(plan.mappings.map(({ failure }) => failure)).toEqual(actions);
});

test("conditions on the reply are possible while only the request is known", () => {
  const plan = auditPlan(
    compile({
      rules: [
        {
          method: "a.B/C",
          actions: [
            { action: "pause", when: { "request.a": "present", "response.ok": true } },
            { action: "resume", when: { "response.ok": "absent" } },
          ],
        },
      ],
    }),
  );
  const may = (request: object): boolean[] =>
    plan.mappings.map((mapping) => mapping.mayHold({ request: request as never }));
  expect(may({ a: 1 })).toEqual([true, true]);
  expect(may({})).toEqual([false, true]);
  expect(plan.mappings.map(({ holds }) => holds({ request: { a: 1 } }))).toEqual([false, true]);
  expect(
    plan.mappings.map(({ holds }) => holds({ request: { a: 1 }, response: { ok: true } })),
  ).toEqual([true, false]);
});

test.each<[name: string, when: unknown, messages: object, holds: boolean, mayHold: boolean]>([
  ["none holds", [{ "request.a": 1 }, { "request.b": 1 }], { request: {} }, false, false],
  ["the first holds", [{ "request.a": 1 }, { "request.b": 1 }], { request: { a: 1 } }, true, true],
  ["the last holds", [{ "request.a": 1 }, { "request.b": 1 }], { request: { b: 1 } }, true, true],
  [
    "half of each",
    [
      { "request.a": 1, "request.b": 1 },
      { "request.c": 1, "request.d": 1 },
    ],
    { request: { a: 1, d: 1 } },
    false,
    false,
  ],
  [
    "one that only the reply can tell",
    [{ "request.a": 1 }, { "request.b": 1, "response.ok": true }],
    { request: { b: 1 } },
    false,
    true,
  ],
  [
    "one that the request rules out although the reply fits",
    [{ "request.a": 1 }, { "request.b": 1, "response.ok": true }],
    { request: {}, response: { ok: true } },
    false,
    false,
  ],
  ["an empty map always holds", [{ "request.a": 1 }, {}], { request: {} }, true, true],
])("of a list of conditions, one has to hold: %s", (_name, when, messages, holds, mayHold) => {
  const [mapping] = auditPlan(
    compile({ rules: [{ method: "a.B/C", actions: [{ action: "pause", when: when as never }] }] }),
  ).mappings;
  expect(mapping?.holds(messages)).toBe(holds);
  expect(mapping?.mayHold(messages)).toBe(mayHold);
});

test.each<[wanted: unknown, value: unknown, holds: boolean]>([
  [{ matches: "T.*N" }, "TRAIN", true],
  [{ matches: "RAI" }, "TRAIN", false],
  [{ matches: "\\d+" }, 42, true],
  [{ matches: ".*" }, undefined, false],
  [{ matches: ".*" }, null, false],
  [{ matches: ".*" }, { a: 1 }, false],
  [{ matches: "b.*" }, ["a", "bc"], true],
  [{ matches: "b.*" }, ["a"], false],
  ["urgent", ["low", "urgent"], true],
  [["urgent", "high"], ["low"], false],
  [["present"], "present", true],
  [["present"], "x", false],
  [["absent", "x"], undefined, false],
  ["falsy", undefined, true],
  ["falsy", null, true],
  ["falsy", false, true],
  ["falsy", 0, true],
  ["falsy", "", true],
  ["falsy", [], true],
  ["falsy", {}, true],
  ["falsy", true, false],
  ["falsy", 1, false],
  ["falsy", "false", false],
  ["falsy", [1, 0], true],
  ["falsy", [1, 2], false],
  [["falsy"], "falsy", true],
  [["falsy"], false, false],
  [{ sent: true }, {}, true],
  [{ sent: true }, [], true],
  [{ sent: true }, "", true],
  [{ sent: true }, false, true],
  [{ sent: true }, null, false],
  [{ sent: true }, undefined, false],
  [{ sent: false }, undefined, true],
  [{ sent: false }, null, true],
  [{ sent: false }, {}, false],
  ["sent", "sent", true],
  ["sent", {}, false],
])("when %j meets %j: %s", (wanted, value, holds) => {
  const policy = compilePolicy(
    policyOfObject({
      version: 1,
      rules: [{ method: "a.B/C", actions: [{ action: "pause", when: { "request.v": wanted } }] }],
    }),
    createCatalogue(),
  );
  const [mapping] = auditPlan(policy).mappings;
  const request = (value === undefined ? {} : { v: value }) as never;
  expect(mapping?.holds({ request })).toBe(holds);
});

test("approval and snapshot are taken out; what is not sent leaves no empty texts", () => {
  const plan = auditPlan(
    compile({
      rules: [
        {
          method: "a.B/C",
          authorization: { id: "request.ticket", by: "request.approver" },
          snapshot: "request.version",
          target: { type: "model", id: "request.model_id" },
          actions: [{ action: "pause", snapshot: "response.version" }],
        },
      ],
    }),
  );
  const messages = {
    request: { ticket: "CHG-1", version: 7, modelId: "m" },
    response: { version: "v8" },
  };
  expect(plan.extract(messages)).toEqual({
    authorization: { id: "CHG-1" },
    snapshot: "7",
    target: { type: "model", id: "m" },
  });
  expect(plan.mappings[0]?.extract(messages).snapshot).toBe("v8");
  expect(plan.extract({})).toEqual({ authorization: {}, target: { type: "model" } });
});

test("fields are found under both ways of writing them", () => {
  const plan = auditPlan(
    compile({
      rules: [{ method: "a.B/C", reason: "request.theReason", snapshot: "request.the_id" }],
    }),
  );
  expect(plan.extract({ request: { the_reason: "a", theId: "b" } })).toEqual({
    reason: "a",
    snapshot: "b",
  });
  expect(plan.extract({ request: { theReason: "a", the_id: "b" } })).toEqual({
    reason: "a",
    snapshot: "b",
  });
});

test.each<[role: string | undefined, action: string, permitted: boolean | undefined]>([
  ["annotator", "tag_add", true],
  ["annotator", "pause", false],
  ["nobody", "tag_add", undefined],
  [undefined, "tag_add", undefined],
  ["constructor", "tag_add", undefined],
  ["viewer,annotator", "tag_add", true],
  ["viewer, annotator", "pause", false],
  ["viewer,nobody", "pause", undefined],
])("role %s and %s: %s", (role, action, permitted) => {
  const policy = compile({ roles: { annotator: ["tag_add", "tag_remove"], viewer: [] } });
  expect(policy.isPermitted(role, action)).toBe(permitted);
});

test("without roles, nothing is said of them", () => {
  expect(compile({}).isPermitted("annotator", "tag_add")).toBeUndefined();
});

test.each<[name: string, rules: PolicyDocument["rules"], kind: string]>([
  ["no rule", [], "exempt"],
  ["a rule for everything", [{ method: { regex: ".*" } }], "exempt"],
  ["a rule that names the service", [{ method: "grpc.health.v1.Health/*" }], "audit"],
  ["a rule that names the method", [{ method: "grpc.health.v1.Health/Check" }], "audit"],
])("health with %s: %#", (_name, rules, kind) => {
  expect(compile({ rules: rules ?? [] }).planOf("grpc.health.v1.Health/Check").kind).toBe(kind);
});

test("methods that nobody serves do not fill the memory", () => {
  const policy = compile({});
  for (let at = 0; at < 20_000; at++) expect(policy.planOf(`x.Y/${at}`).kind).toBe("audit");
});

describe("docs/audit.schema.json", () => {
  const root = join(import.meta.dirname, "../..");
  test("is what npm run schema writes", async () => {
    const { policyJsonSchema } = await import("../../src/capture/policy-json-schema.ts");
    const text = readFileSync(join(root, "docs/audit.schema.json"), "utf8");
    expect(JSON.parse(text)).toEqual(policyJsonSchema());
  });

  test("every field has a description", () => {
    const missing: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      const { properties, items, anyOf, additionalProperties } = node as Record<string, unknown>;
      for (const [name, field] of Object.entries((properties ?? {}) as Record<string, object>)) {
        if (!("description" in field)) missing.push(`${path}.${name}`);
        walk(field, `${path}.${name}`);
      }
      walk(items, `${path}[]`);
      walk(additionalProperties, `${path}{}`);
      for (const branch of (anyOf ?? []) as unknown[]) walk(branch, path);
    };
    walk(z.toJSONSchema(policySchema), "");
    expect(missing).toEqual([]);
  });

  test("the example shows every key", () => {
    const text = readFileSync(join(root, "examples/training-service/audit.yaml"), "utf8");
    const keys = new Set<string>();
    const walk = (node: unknown): void => {
      if (typeof node !== "object" || node === null) return;
      if ("properties" in node) Object.keys(node.properties ?? {}).forEach((key) => keys.add(key));
      Object.values(node).forEach(walk);
    };
    walk(z.toJSONSchema(policySchema));
    expect(keys.size).toBeGreaterThan(30);
    expect([...keys].filter((key) => !new RegExp(`\\b${key}:`).test(text))).toEqual([]);
  });

  test("the example names it, and loads", () => {
    const path = join(root, "examples/training-service/audit.yaml");
    const text = readFileSync(path, "utf8");
    const [, schema] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text) ?? [];
    expect(join(path, "..", schema ?? "")).toBe(join(root, "docs/audit.schema.json"));
    const said: string[] = [];
    const loaded = parsePolicy(text, path);
    compilePolicy(loaded, createCatalogue(), (line) => said.push(line));
    compileActor(loaded, undefined, (line) => said.push(line));
    expect(said).toEqual([]);
  });
});
