/** Who called, over real connections. */
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { type ActorFunction, auditGrpc, type PolicyDocument } from "otel-audit";
import { call, type CallOptions, serve } from "../support/grpc-service.ts";
import { recordsIn } from "../support/journal-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { openTestAudit } from "./check-endings.ts";

/** The actor attributes of one call's record, without their prefix. */
async function actorOf(
  actor: ActorFunction | PolicyDocument["actor"],
  options: CallOptions = {},
  server: { readonly credentials?: grpc.ServerCredentials; readonly address?: string } = {},
): Promise<Readonly<Record<string, unknown>>> {
  const audit = await openTestAudit(
    typeof actor === "function"
      ? {
          actor,
          policy: { version: 1, actor: [{ header: { id: "x-user", from: ["127.0.0.1"] } }] },
        }
      : { policy: { version: 1, actor: actor ?? [] } },
  );
  auditGrpc(grpc, audit);
  const service = await serve(
    grpc,
    { Do: { kind: "unary", handler: (_, callback) => callback(null, {}) } },
    server,
  );
  onTestFinished(service.close);
  expect((await call(grpc, service.address, "Do", "unary", options)).code).toBe(0);
  const [record, ...rest] = recordsIn(audit.directory);
  expect(rest).toEqual([]);
  return Object.fromEntries(
    Object.entries(record?.attributes ?? {}).flatMap(([key, value]) =>
      key.startsWith("audit.actor.") ? [[key.slice("audit.actor.".length), value]] : [],
    ),
  );
}

const ANONYMOUS = { id: "anonymous", type: "user", authentication: "none" };
const UNTRUSTED = {
  ...ANONYMOUS,
  "authentication.error": "the header x-user does not count from this caller",
};
const metadata = { "x-user": "ann", "x-type": "agent", "x-role": "trainer", "x-for": "bob" };
const header = { id: "x-user", type: "x-type", role: "x-role", delegator: "x-for" };
const ANN = {
  id: "ann",
  type: "agent",
  role: "trainer",
  "delegator.id": "bob",
  authentication: "header",
};

test.each<[name: string, from: string[], actor: object]>([
  ["a trusted address", ["127.0.0.1"], ANN],
  ["a trusted range", ["10.0.0.0/8", "127.0.0.0/8"], ANN],
  ["another address", ["127.0.0.2"], UNTRUSTED],
  ["another range", ["10.0.0.0/8", "::/0"], UNTRUSTED],
])("a header from %s", async (_name, from, actor) => {
  expect(await actorOf([{ header: { ...header, from } }], { metadata })).toEqual(actor);
});

test("a peer without an address is trusted nowhere: a reset TCP connection looks like a Unix socket", async () => {
  const address = `unix:${join(temporaryDirectory(), "s")}`;
  const everywhere = [{ header: { ...header, from: ["0.0.0.0/0", "::/0"] } }];
  expect(await actorOf(everywhere, { metadata }, { address })).toEqual(UNTRUSTED);
  await expect(actorOf([{ header: { ...header, from: ["unix"] } }], { metadata })).rejects.toThrow(
    /is no address/,
  );
});

test.each<[name: string, metadata: Record<string, string>, actor: object]>([
  ["no header", {}, ANONYMOUS],
  ["an empty header", { "x-user": "" }, ANONYMOUS],
  [
    "an unknown type",
    { "x-user": "ann", "x-type": "root" },
    { id: "ann", type: "user", authentication: "header" },
  ],
])("%s", async (_name, sent, actor) => {
  const from = ["127.0.0.1"];
  expect(await actorOf([{ header: { ...header, from } }], { metadata: sent })).toEqual(actor);
});

test.each<[name: string, actor: ActorFunction, expected: object]>([
  [
    "an actor",
    ({ method, metadata: of, peer }) => ({
      id: `${of("x-user")} of ${method} at ${peer.address}`,
      type: "service",
    }),
    { id: "ann of probe.Probe/Do at 127.0.0.1", type: "service", authentication: "code" },
  ],
  [
    "nothing: the policy is asked",
    () => undefined,
    { id: "ann", type: "user", authentication: "header" },
  ],
  [
    "null",
    (() => null) as unknown as ActorFunction,
    { id: "ann", type: "user", authentication: "header" },
  ],
  [
    "an error",
    () => {
      throw new Error("no");
    },
    { id: "ann", type: "user", authentication: "header" },
  ],
  [
    "no id",
    (() => ({})) as unknown as ActorFunction,
    { id: "ann", type: "user", authentication: "header" },
  ],
  [
    "a promise",
    (async () => ({ id: "late" })) as unknown as ActorFunction,
    { id: "ann", type: "user", authentication: "header" },
  ],
])("a function that gives %s", async (_name, actor, expected) => {
  expect(await actorOf(actor, { metadata })).toEqual(expected);
});
