/**
 * WeightsLab's interface, served by grpc-js and called by a Python client with stubs of its own: every
 * call that changes something is in the trail, once for each thing it changes, as what it is.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { AuditRecord } from "../../src/event/index.ts";
import { recordsIn } from "../support/journal-records.ts";
import { startProgram } from "../support/program.ts";
import { canRunPython, pythonWith, runPython } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { weightslabPackage } from "../support/weightslab.ts";
import { CALLS, type ExpectedRecord } from "./weightslab-calls.ts";
import { COMMAND } from "../support/command-line.ts";

const example = join(import.meta.dirname, "../../examples/weightslab");
const PROTO = join(example, "experiment_service.proto");

interface Policy {
  readonly rules: readonly {
    readonly method: string;
    readonly actions: readonly { readonly action: string }[];
  }[];
  readonly exempt: readonly { readonly method: string; readonly reason: string }[];
}

const policy = parse(readFileSync(join(example, "audit.yaml"), "utf8")) as Policy;
const methods = [...readFileSync(PROTO, "utf8").matchAll(/^ {2}rpc (\w+)\(/gm)].map(
  ([, name]) => `ExperimentService/${name}`,
);

/** A record as the table of calls has it. */
function shown({ attributes, body }: AuditRecord): ExpectedRecord & { readonly method: string } {
  const text = (name: string): string | undefined =>
    attributes[name] === undefined ? undefined : String(attributes[name]);
  const error = text("exception.message");
  const reason = text("audit.reason");
  const id = text("audit.target.id");
  return {
    method: text("rpc.method")?.replace("ExperimentService/", "") ?? "",
    action: text("audit.action") ?? "",
    ...(error === undefined ? {} : { error }),
    ...(id === undefined ? {} : { target: `${text("audit.target.type") ?? ""} ${id}` }),
    ...(reason === undefined ? {} : { reason }),
    body,
  };
}

describe("the policy", () => {
  test("names every method of the interface once, and no other", () => {
    const named = [...policy.rules, ...policy.exempt].map(({ method }) => method);
    expect(named.toSorted()).toEqual(methods.toSorted());
  });

  test("every method with a rule is called here, with a success and with a failure", () => {
    const calls = Object.values(CALLS);
    const called = (isFailure: boolean): string[] => [
      ...new Set(
        calls
          .filter(({ records }) => records.some(({ error }) => (error !== undefined) === isFailure))
          .map(({ method }) => `ExperimentService/${method}`),
      ),
    ];
    const ruled = policy.rules.map(({ method }) => method).toSorted();
    expect(called(true).toSorted()).toEqual(ruled);
    expect(called(false).toSorted()).toEqual(ruled);
  });

  test("otel-audit policy check finds nothing in it", () => {
    const args = ["policy", "check", join(example, "audit.yaml"), "--proto", PROTO];
    const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
      encoding: "utf8",
    });
    expect(stderr).toMatch(/is valid: 19 mapped, 19 exempt, 0 not mapped; nothing to mend\n$/);
    expect(status).toBe(0);
    expect(stdout).toContain("ExperimentService/RestoreCheckpoint");
  });
});

describe.skipIf(!canRunPython())("with Python", () => {
  let python: string;
  beforeAll(() => {
    python = pythonWith(join(example, "requirements.txt"));
  }, 300_000);

  test("the interface is the published one, and has 38 methods", () => {
    const theirs = join(weightslabPackage(), "weightslab/proto/experiment_service.proto");
    const compare = join(import.meta.dirname, "programs/same_interface.py");
    expect(runPython([compare, PROTO, theirs], { command: python }).trim()).toBe("38");
    expect(methods).toHaveLength(38);
  });

  test("every call that changes something is recorded exactly once, as what it is", async () => {
    const directory = join(temporaryDirectory(), "audit");
    const service = await startProgram("examples/weightslab/server.ts", {
      nodeArgs: ["--import", "otel-audit/register"],
      env: {
        PORT: "0",
        AUDIT_LOG_DIR: directory,
        AUDIT_POLICY_FILE: join(example, "audit.yaml"),
      },
      ready: /listening on (127\.0\.0\.1:\d+)/,
    });
    const stubs = temporaryDirectory();
    runPython(
      [
        "-m",
        "grpc_tools.protoc",
        `-I${example}`,
        `--python_out=${stubs}`,
        `--grpc_python_out=${stubs}`,
        PROTO,
      ],
      { command: python },
    );
    const reads = policy.exempt.map(({ method }) => ({
      method: method.replace("ExperimentService/", ""),
      request: {},
    }));
    const calls = [...Object.values(CALLS), ...reads];
    const replies = JSON.parse(
      runPython([join(example, "client.py"), service.ready], {
        command: python,
        env: { PYTHONPATH: stubs },
        input: JSON.stringify(calls.map(({ method, request }) => ({ method, request }))),
      }),
    ) as readonly { readonly status: string; readonly messages: readonly object[] }[];
    expect(await service.end("SIGTERM")).toBe(0);

    // Only one of all these refusals is a gRPC status.
    expect(replies.filter(({ status }) => status !== "OK")).toHaveLength(1);
    const all = recordsIn(directory);
    const isResult = ({ attributes }: AuditRecord): boolean =>
      attributes["audit.record.kind"] === "result";
    const records = all.filter(isResult);
    // What is closed has an intent as well.
    const intents = all.filter((record) => !isResult(record));
    expect(intents.map(({ attributes }) => attributes["audit.record.kind"])).toEqual(
      records
        .filter(({ attributes }) => attributes["audit.action"] === "task_export")
        .map(() => "intent"),
    );
    expect(intents.length).toBeGreaterThan(0);
    const seen = records.map(shown);
    const expected = Object.values(CALLS).flatMap(({ method, records: ofCall }) =>
      ofCall.map((record) => ({ method, ...record })),
    );
    expect(seen).toEqual(expected);
    for (const { attributes } of records) {
      expect(attributes["audit.outcome"]).toBe(
        attributes["exception.message"] === undefined ? "success" : "failure",
      );
      expect(attributes["audit.actor.id"]).toBe("ann");
      expect(attributes["audit.integrity.incomplete"]).toBe(
        attributes["audit.action"] === "data_transform" ? "reason is missing" : undefined,
      );
    }
    // The records of one call share its id, and no two calls do.
    const callIds = new Set(records.map(({ attributes }) => attributes["audit.call.id"]));
    expect(callIds.size).toBe(Object.keys(CALLS).length);
    expect(readFileSync(join(directory, "audit_log.csv"), "utf8")).not.toContain("dummy-api-key");
    expect(JSON.stringify(records)).not.toContain("dummy-api-key");
  });
});
