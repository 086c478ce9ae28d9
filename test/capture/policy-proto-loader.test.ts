/** Conditions meet what @grpc/proto-loader makes of bytes, however it is set up. */
import { loadSync, type Options, type ServiceDefinition } from "@grpc/proto-loader";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compilePolicy, policyOfObject } from "../../src/capture/index.ts";
import { createCatalogue, normaliseValue } from "../../src/event/index.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const PROTO = `
syntax = "proto3";
service Lab { rpc Do(Command) returns (Command); }
message Save { bool optimizer = 1; }
message Command {
  Save save_it = 1;
  optional Save maybe_save = 2;
  oneof what { Save one_save = 3; string one_text = 4; }
  optional bool maybe_flag = 5;
  bool plain_flag = 6;
  int64 plain_count = 7;
  string plain_text = 8;
  repeated string plain_list = 9;
}
`;

function doMethod(options: Options): ServiceDefinition[string] {
  const path = join(temporaryDirectory(), "lab.proto");
  writeFileSync(path, PROTO);
  const service = loadSync(path, options)["Lab"] as ServiceDefinition;
  return service["Do"] ?? expect.fail("no method");
}

/** Whether a condition holds for what arrives when `message` is sent. */
function holds(options: Options, message: object, path: string, wanted: unknown): boolean {
  const { requestDeserialize, requestSerialize } = doMethod(options);
  const request = normaliseValue(requestDeserialize(requestSerialize(message))) ?? {};
  const policy = compilePolicy(
    policyOfObject({
      version: 1,
      rules: [{ method: "Lab/Do", actions: [{ action: "pause", when: { [path]: wanted } }] }],
    }),
    createCatalogue(),
  );
  const plan = policy.planOf("Lab/Do");
  if (plan.kind !== "audit") return expect.fail("exempt");
  return plan.mappings.some((mapping) => mapping.holds({ request }));
}

const SENT = { sent: true };
const CASES: readonly [path: string, wanted: unknown, holdsFor: object, not: object][] = [
  ["request.save_it", SENT, { save_it: {} }, {}],
  ["request.maybe_save", SENT, { maybe_save: {} }, { save_it: {} }],
  ["request.one_save", SENT, { one_save: {} }, { one_text: "" }],
  ["request.one_text", SENT, { one_text: "" }, { one_save: {} }],
  ["request.maybe_flag", SENT, { maybe_flag: false }, {}],
  ["request.maybe_flag", { sent: false }, {}, { maybe_flag: false }],
  ["request.maybe_flag", false, { maybe_flag: false }, {}],
  ["request.maybe_flag", "falsy", {}, { maybe_flag: true }],
  ["request.plain_flag", "falsy", { plain_flag: false }, { plain_flag: true }],
  ["request.plain_count", "falsy", { plain_count: 0 }, { plain_count: 7 }],
  ["request.plain_text", "falsy", { plain_text: "" }, { plain_text: "x" }],
  ["request.plain_list", "falsy", { plain_list: [] }, { plain_list: ["x"] }],
];

describe.each<[name: string, options: Options]>([
  ["as it is", {}],
  ["field names of the .proto file", { keepCase: true }],
  ["the names of oneofs", { keepCase: true, oneofs: true }],
  ["defaults", { keepCase: true, defaults: true, longs: Number }],
  ["everything", { keepCase: true, defaults: true, oneofs: true, objects: true, arrays: true }],
])("proto-loader with %s", (_name, options) => {
  test.each(CASES)("%s: %j", (path, wanted, holdsFor, not) => {
    const own = (message: object): object =>
      options.keepCase === true ? message : camelCased(message);
    expect(holds(options, own(holdsFor), path, wanted)).toBe(true);
    expect(holds(options, own(not), path, wanted)).toBe(false);
  });
});

test("without presence, defaults look as if they had been sent", () => {
  expect(holds({ keepCase: true }, {}, "request.plain_flag", SENT)).toBe(false);
  expect(holds({ keepCase: true, defaults: true }, {}, "request.plain_flag", SENT)).toBe(true);
});

function camelCased(message: object): object {
  return Object.fromEntries(
    Object.entries(message).map(([name, value]: [string, unknown]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}
