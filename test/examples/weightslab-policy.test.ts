/** WeightsLab's policy sees the same in a call however @grpc/proto-loader is set up. */
import { loadSync, type Options, type ServiceDefinition } from "@grpc/proto-loader";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compilePolicy, readPolicyFile } from "../../src/capture/index.ts";
import { createCatalogue, normaliseValue } from "../../src/event/index.ts";
import { CALLS } from "./weightslab-calls.ts";

const example = join(import.meta.dirname, "../../examples/weightslab");
const policy = compilePolicy(readPolicyFile(join(example, "audit.yaml")), createCatalogue());

function load(options: Options): ServiceDefinition {
  const loaded = loadSync(join(example, "experiment_service.proto"), { enums: String, ...options });
  return loaded["ExperimentService"] as ServiceDefinition;
}

const sender = load({ keepCase: true });

describe.each<[name: string, options: Options]>([
  ["field names in camelCase", {}],
  ["field names of the .proto file", { keepCase: true }],
  ["the names of oneofs", { keepCase: true, oneofs: true }],
  ["defaults", { keepCase: true, defaults: true }],
  ["everything", { defaults: true, oneofs: true, arrays: true, objects: true, longs: String }],
])("proto-loader with %s", (_name, options) => {
  const receiver = load(options);
  test.each(Object.entries(CALLS))("%s", (_title, { method, request, records }) => {
    const bytes = sender[method]?.requestSerialize(request) ?? expect.fail(method);
    const received = normaliseValue(receiver[method]?.requestDeserialize(bytes)) ?? {};
    const plan = policy.planOf(`ExperimentService/${method}`);
    if (plan.kind !== "audit") return expect.fail("exempt");
    const actions = plan.mappings
      .filter(({ holds }) => holds({ request: received }))
      .map(({ action }) => action);
    expect(actions.length === 0 ? ["rpc_call"] : actions).toEqual(
      records.map(({ action }) => action),
    );
  });
});
