/** What an audit policy makes of real calls. */
import * as grpc from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { auditGrpc, type PolicyDocument } from "otel-audit";
import type { AuditRecord } from "../../src/event/index.ts";
import { call, type CallOptions, type Kind, serve } from "../support/grpc-service.ts";
import { recordsIn } from "../support/journal-records.ts";
import { openTestAudit } from "./check-endings.ts";

/** Records of one call that is answered as given. */
async function recordsOf(
  policy: Omit<PolicyDocument, "version">,
  request: object,
  response: object | Error,
  options: {
    readonly kind?: Kind;
    readonly service?: string;
    readonly more?: readonly object[];
  } = {},
): Promise<readonly AuditRecord[]> {
  const { kind = "unary", service = "probe.Probe", more = [] } = options;
  const audit = await openTestAudit({ policy: { version: 1, ...policy } });
  auditGrpc(grpc, audit);
  const server = await serve(
    grpc,
    {
      Do: {
        kind,
        handler(running, callback) {
          if (kind === "unary")
            return callback(response instanceof Error ? response : null, response);
          running.resume();
          running.on("end", () => {
            if (kind === "clientStream") return callback(null, response);
            running.write(response);
            running.end();
          });
        },
      },
    },
    { service },
  );
  onTestFinished(server.close);
  const callOptions: CallOptions = { messages: [request, ...more], service };
  await call(grpc, server.address, "Do", kind, callOptions);
  return recordsIn(audit.directory).filter(
    ({ attributes }) => attributes["audit.record.kind"] === "result",
  );
}

const METHOD = "probe.Probe/Do";
const actionsOf = (records: readonly AuditRecord[]): unknown[] =>
  records.map(({ attributes }) => attributes["audit.action"]);

test.each<[name: string, rules: PolicyDocument["rules"], actions: readonly string[]]>([
  ["no rule", [], ["rpc_call"]],
  ["an exact rule", [{ method: METHOD, actions: [{ action: "pause" }] }], ["pause"]],
  ["a service rule", [{ method: "probe.Probe/*", actions: [{ action: "pause" }] }], ["pause"]],
  [
    "a rule of another service",
    [{ method: "probe.Prob/*", actions: [{ action: "pause" }] }],
    ["rpc_call"],
  ],
  [
    "the first match of two",
    [
      { method: "probe.Probe/*", actions: [{ action: "resume" }] },
      { method: METHOD, actions: [{ action: "pause" }] },
    ],
    ["resume"],
  ],
  [
    "the first match although its condition does not hold",
    [
      { method: METHOD, actions: [{ action: "resume", when: { "request.no": "present" } }] },
      { method: "probe.Probe/*", actions: [{ action: "pause" }] },
    ],
    ["rpc_call"],
  ],
])("%s", async (_name, rules, actions) => {
  expect(actionsOf(await recordsOf({ rules: rules ?? [] }, {}, {}))).toEqual(actions);
});

const request = {
  mode: "TRAIN",
  zero: 0,
  off: false,
  empty: "",
  none: [],
  count: 3,
  nestedName: { deepField: "x" },
  items: [{ id: "a" }, { id: "b" }, {}],
};

test.each<
  [path: string, wanted: string | number | boolean | (string | number | boolean)[], holds: boolean]
>([
  ["request.mode", "present", true],
  ["request.mode", "absent", false],
  ["request.nope", "present", false],
  ["request.nope", "absent", true],
  ["request.zero", "present", true],
  ["request.off", "present", true],
  ["request.empty", "present", false],
  ["request.none", "absent", true],
  ["request.mode", "TRAIN", true],
  ["request.mode", "train", false],
  ["request.count", 3, true],
  ["request.count", "3", true],
  ["request.off", false, true],
  ["request.nope", false, false],
  ["request.mode", ["EVALUATE", "TRAIN"], true],
  ["request.mode", ["EVALUATE"], false],
  ["request.nested_name.deep_field", "x", true],
  ["request.items.1.id", "b", true],
  ["request.items.id", "present", true],
  ["request.__proto__", "present", false],
  ["request.mode.length", "present", false],
  ["response.fine", true, true],
])("when %s is %j: %s", async (path, wanted, holds) => {
  const records = await recordsOf(
    { rules: [{ method: METHOD, actions: [{ action: "pause", when: { [path]: wanted } }] }] },
    request,
    { fine: true },
  );
  expect(actionsOf(records)).toEqual([holds ? "pause" : "rpc_call"]);
});

test("several actions of one call share its id, and each says its own", async () => {
  const [change, mode, ...rest] = await recordsOf(
    {
      rules: [
        {
          method: METHOD,
          actions: [
            {
              action: "hp_change",
              when: { "request.parameters": "present" },
              before: "response.previous",
              after: "request.parameters",
            },
            {
              action: "mode_switch",
              details: { from: "response.previous_mode", to: "request.mode", by: "hand", n: 1 },
              target: { type: "mode", id: "request.mode" },
            },
            { action: "pause", when: { "request.resume": "present" } },
          ],
          target: { type: "experiment", id: "request.experiment_id" },
          reason: "request.comment",
        },
      ],
    },
    {
      experimentId: "exp-1",
      parameters: { rate: 0.2, size: 3 },
      mode: "EVALUATE",
      comment: "plateau",
    },
    { previous: { rate: 0.1, size: 3 }, previousMode: "TRAIN" },
  );
  expect(rest).toEqual([]);
  expect(change?.attributes).toMatchObject({
    "audit.action": "hp_change",
    "audit.target.type": "experiment",
    "audit.target.id": "exp-1",
    "audit.reason": "plateau",
  });
  expect(change?.body).toEqual({ before: { rate: 0.1 }, after: { rate: 0.2 } });
  expect(mode?.attributes).toMatchObject({
    "audit.action": "mode_switch",
    "audit.call.id": change?.attributes["audit.call.id"],
    "audit.target.type": "mode",
    "audit.target.id": "EVALUATE",
    "audit.reason": "plateau",
  });
  expect(mode?.body).toEqual({ from: "TRAIN", to: "EVALUATE", by: "hand", n: 1 });
});

test.each<[name: string, response: object | Error, expected: object]>([
  ["true", { success: true }, { "audit.outcome": "success" }],
  [
    "false",
    { success: false, message: "no such rate" },
    { "audit.outcome": "failure", "exception.message": "no such rate", "rpc.status_code": "OK" },
  ],
  [
    "not sent, as protobuf does with false",
    { message: "no" },
    { "audit.outcome": "failure", "exception.message": "no" },
  ],
  [
    "false without a text",
    { success: false },
    { "audit.outcome": "failure", "exception.message": "failed without an error text" },
  ],
  ["the name of an outcome", { success: "denied" }, { "audit.outcome": "denied" }],
  [
    "not there, because the call failed",
    Object.assign(new Error("off"), { code: 16, details: "off" }),
    {
      "audit.outcome": "denied",
      "exception.message": "off",
      "rpc.status_code": "UNAUTHENTICATED",
      "error.type": "UNAUTHENTICATED",
    },
  ],
])("an outcome field that is %s", async (_name, response, expected) => {
  const [record] = await recordsOf(
    { rules: [{ method: METHOD, outcome: "response.success", error: "response.message" }] },
    {},
    response,
  );
  expect(record?.attributes).toMatchObject(expected);
  if (!("exception.message" in expected) && record?.attributes["audit.outcome"] === "success") {
    expect(record.attributes["exception.message"]).toBeUndefined();
  }
});

test("before and after as maps; a single field keeps its own name", async () => {
  const policy = (action: object): Omit<PolicyDocument, "version"> => ({
    rules: [{ method: METHOD, actions: [{ action: "note_write", ...action }] }],
  });
  const note = { text: "new", items: [{ id: "a" }, { id: "b" }] };
  const [maps] = await recordsOf(
    policy({
      before: { note: "response.old", fixed: 1 },
      after: { note: "request.text", fixed: 1 },
    }),
    note,
    { old: "old" },
  );
  expect(maps?.body).toEqual({ before: { note: "old" }, after: { note: "new" } });
  const [field] = await recordsOf(policy({ after: "request.text" }), note, {});
  expect(field?.body).toEqual({ after: { text: "new" } });
  const [list] = await recordsOf(policy({ details: { ids: "request.items.id" } }), note, {});
  expect(list?.body).toEqual({ ids: ["a", "b"] });
});

test.each(["clientStream", "bidi"] as const)(
  "a %s is mapped by its first request",
  async (kind) => {
    const [record, ...rest] = await recordsOf(
      {
        rules: [
          {
            method: METHOD,
            actions: [{ action: "tag_add", details: { tag_name: "request.tag" } }],
          },
        ],
      },
      { tag: "blurry" },
      {},
      { kind, more: [{ sample: 1 }, { sample: 2 }] },
    );
    expect(rest).toEqual([]);
    expect(record?.body).toEqual({ tag_name: "blurry" });
  },
);

test("what a captured action lacks does not refuse it: it is marked", async () => {
  const [record] = await recordsOf(
    { rules: [{ method: METHOD, actions: [{ action: "permission_change" }] }] },
    {},
    {},
  );
  expect(record?.attributes["audit.integrity.incomplete"]).toBe(
    "target is missing; after is missing",
  );
});

test.each([
  ["probe.Probe", [{ method: METHOD, reason: "too many" }]],
  ["probe.Probe", [{ method: "probe.Probe/*", reason: "too many" }]],
  ["grpc.health.v1.Health", []],
  ["grpc.reflection.v1.ServerReflection", []],
  ["grpc.reflection.v1alpha.ServerReflection", []],
  ["grpc.channelz.v1.Channelz", []],
])("%s is exempt with %j", async (service, exempt) => {
  expect(
    await recordsOf(
      { exempt, rules: [{ method: METHOD, actions: [{ action: "pause" }] }] },
      {},
      {},
      { service },
    ),
  ).toEqual([]);
});

test("a method that nobody implements is recorded", async () => {
  const audit = await openTestAudit();
  auditGrpc(grpc, audit);
  for (const kind of ["unary", "clientStream", "serverStream", "bidi"] as const) {
    const server = await serve(grpc, { Do: { kind } });
    onTestFinished(server.close);
    expect((await call(grpc, server.address, "Do", kind)).code).toBe(12);
  }
  expect(recordsIn(audit.directory).map(({ attributes }) => attributes["rpc.status_code"])).toEqual(
    Array.from({ length: 4 }, () => "UNIMPLEMENTED"),
  );
});
