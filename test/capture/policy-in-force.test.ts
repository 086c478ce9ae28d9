/** What a policy asks for, over real calls: tokens, coverage, levels, roles, failure policies. */
import * as grpc from "@grpc/grpc-js";
import { diag } from "@opentelemetry/api";
import { type Audit, auditGrpc, createAudit, currentAudit, type PolicyDocument } from "otel-audit";
import { expect, onTestFinished, test } from "vitest";
import type { Actor, AuditRecord } from "../../src/event/index.ts";
import {
  call,
  type CallOptions,
  type Kind,
  KINDS,
  type Method,
  serve,
} from "../support/grpc-service.ts";
import { recordsIn } from "../support/journal-records.ts";
import { serveKeys, signingKey } from "../support/key-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

async function openAudited(policy: PolicyDocument): Promise<Audit> {
  const audit = await createAudit({ directory: temporaryDirectory(), format: "journal", policy });
  onTestFinished(() => audit.close());
  auditGrpc(grpc, audit);
  return audit;
}

const ends: Readonly<Record<Kind, NonNullable<Method["handler"]>>> = {
  unary: (_, callback) => callback(null, { ok: true, password: "hunter2" }),
  clientStream: (running, callback) => {
    running.resume();
    running.on("end", () => callback(null, { ok: true, password: "hunter2" }));
  },
  serverStream: (running) => {
    running.write({ ok: true, password: "hunter2" });
    running.write({ ok: false });
    running.end();
  },
  bidi: (running) => {
    running.resume();
    running.on("end", () => {
      running.write({ ok: true, password: "hunter2" });
      running.end();
    });
  },
};

async function callOnce(kind: Kind, options: CallOptions = {}): Promise<void> {
  const service = await serve(grpc, { Do: { kind, handler: ends[kind] } });
  onTestFinished(service.close);
  const { code } = await call(grpc, service.address, "Do", kind, options);
  expect(code).toBe(grpc.status.OK);
}

const METHOD = "probe.Probe/Do";
const resultsIn = (audit: Audit): readonly AuditRecord[] =>
  recordsIn(audit.directory).filter(
    ({ attributes }) => attributes["audit.record.kind"] === "result",
  );

test.each(KINDS)(
  "a %s call with a token: its actor is known before the handler runs",
  async (kind) => {
    const key = await signingKey("EdDSA", "k1");
    const keys = await serveKeys([key.publicJwk]);
    const audit = await openAudited({
      version: 1,
      actor: [
        {
          jwt: {
            jwks: keys.url,
            issuer: "https://id.example.org",
            audience: "trainer",
            algorithms: ["EdDSA"],
            role: "role",
          },
        },
      ],
    });
    const seen: (string | undefined)[] = [];
    const service = await serve(grpc, {
      Do: {
        kind,
        handler(running, callback) {
          seen.push(currentAudit()?.actor.id);
          return ends[kind](running, callback);
        },
      },
    });
    onTestFinished(service.close);
    const token = await key.sign({
      iss: "https://id.example.org",
      aud: "trainer",
      sub: "ann",
      role: "owner",
      exp: Math.floor(Date.now() / 1000) + 300,
    });
    const send = (text: string): Promise<unknown> =>
      call(grpc, service.address, "Do", kind, { metadata: { authorization: `Bearer ${text}` } });
    await send(token);
    await send(token);
    await send(`${token}x`);
    expect(seen).toEqual(["ann", "ann", "anonymous"]);
    const records = resultsIn(audit);
    expect(
      records.map(({ attributes }) => [
        attributes["audit.actor.id"],
        attributes["audit.actor.role"],
        attributes["audit.actor.authentication"],
        attributes["audit.actor.authentication.error"],
      ]),
    ).toEqual([
      ["ann", "owner", "jwt", undefined],
      ["ann", "owner", "jwt", undefined],
      ["anonymous", undefined, "none", "the token's signature is wrong"],
    ]);
    expect(JSON.stringify(records)).not.toContain(token.split(".")[2]);
  },
);

const unlisted = (coverage: "strict" | "warn" | "off"): PolicyDocument => ({
  version: 1,
  coverage,
  rules: [{ method: "probe.Probe/Mapped", level: "metadata" }],
  exempt: [{ method: "probe.Probe/Exempt", reason: "says nothing" }],
});
const answer: Method = { kind: "unary", handler: (_, callback) => callback(null, {}) };

test("coverage strict: the server does not listen while a method is neither mapped nor exempt", async () => {
  await openAudited(unlisted("strict"));
  await expect(
    serve(grpc, { Mapped: answer, Exempt: answer, Other: answer, More: answer }),
  ).rejects.toThrow(
    "the audit policy neither maps nor exempts probe.Probe/More, probe.Probe/Other, and its coverage is strict",
  );
  const service = await serve(grpc, { Mapped: answer, Exempt: answer });
  service.close();
});

test.each([
  ["warn", 1],
  ["off", 0],
] as const)("coverage %s: the server listens, with %d lines", async (coverage, lines) => {
  const written: string[] = [];
  const ignore = (): void => {};
  diag.setLogger({
    warn: (line) => void written.push(line),
    error: ignore,
    info: ignore,
    debug: ignore,
    verbose: ignore,
  });
  onTestFinished(() => diag.disable());
  await openAudited(unlisted(coverage));
  const service = await serve(grpc, { Mapped: answer, Other: answer });
  onTestFinished(service.close);
  expect(written.filter((line) => line.includes("neither maps nor exempts"))).toHaveLength(lines);
});

test.each(KINDS)("levels of a %s call: what of the messages stands in the record", async (kind) => {
  const bodies: unknown[] = [];
  for (const level of ["none", "metadata", "request", "request-response"] as const) {
    const audit = await openAudited({ version: 1, rules: [{ method: METHOD, level }] });
    await callOnce(kind, { messages: [{ rate: 1, api_key: "s3cr3t-s3cr3t" }, { rate: 2 }] });
    bodies.push(resultsIn(audit).map(({ body }) => body));
  }
  const request = { rate: 1, api_key: "****" };
  expect(bodies).toEqual([
    [],
    [{}],
    [{ request }],
    [{ request, response: { ok: true, password: "****" } }],
  ]);
});

test("roles are recorded, and not enforced", async () => {
  const audit = await openAudited({
    version: 1,
    actor: [{ header: { id: "x-user", role: "x-role", from: ["127.0.0.0/8"] } }],
    roles: { annotator: ["tag_add"], owner: ["pause", "tag_add"] },
    rules: [{ method: METHOD, actions: [{ action: "pause" }] }],
  });
  for (const role of ["owner", "annotator", "stranger"]) {
    await callOnce("unary", { metadata: { "x-user": "ann", "x-role": role } });
  }
  expect(
    resultsIn(audit).map(({ attributes }) => [
      attributes["audit.actor.role"],
      attributes["audit.actor.role.permitted"],
      attributes["audit.outcome"],
    ]),
  ).toEqual([
    ["owner", true, "success"],
    ["annotator", false, "success"],
    ["stranger", undefined, "success"],
  ]);
});

test("what code records itself is held against the roles as well", async () => {
  const audit = await openAudited({
    version: 1,
    roles: { annotator: ["tag_add"], owner: ["permission_change", "pause"] },
  });
  const as = (role?: string): Actor => ({ id: "ann", ...(role === undefined ? {} : { role }) });
  for (const role of ["owner", "annotator", "stranger", undefined])
    await audit.record({ action: "pause", actor: as(role) });
  await audit.deny({ action: "pause", actor: as("annotator") });
  const change = { action: "permission_change", target: { type: "user", id: "bob" } } as const;
  const after = { role: "owner" };
  await audit.around({ ...change, actor: as("annotator"), after, reason: "help" }, () => undefined);
  expect(
    recordsIn(audit.directory)
      .filter(({ attributes }) => attributes["audit.actor.id"] === "ann")
      .map(({ attributes }) => [
        attributes["audit.record.kind"],
        attributes["audit.actor.role"],
        attributes["audit.actor.role.permitted"],
      ]),
  ).toEqual([
    ["result", "owner", true],
    ["result", "annotator", false],
    ["result", "stranger", undefined],
    ["result", undefined, undefined],
    ["result", "annotator", false],
    ["intent", "annotator", false],
    ["result", "annotator", false],
  ]);
});

test("the failure policy of a rule wins over the catalogue's", async () => {
  const kinds: unknown[] = [];
  for (const [action, failure] of [
    ["pause", undefined],
    ["pause", "closed"],
    ["permission_change", undefined],
    ["permission_change", "open"],
  ] as const) {
    const audit = await openAudited({
      version: 1,
      rules: [
        { method: METHOD, actions: [{ action, ...(failure === undefined ? {} : { failure }) }] },
      ],
    });
    await callOnce("unary");
    kinds.push(recordsIn(audit.directory).map(({ attributes }) => attributes["audit.record.kind"]));
  }
  expect(kinds).toEqual([["result"], ["intent", "result"], ["intent", "result"], ["result"]]);
});

test("an rpc_call of a closed rule has its intent too", async () => {
  const audit = await openAudited({ version: 1, rules: [{ method: METHOD, failure: "closed" }] });
  await callOnce("unary");
  expect(
    recordsIn(audit.directory).map(({ attributes }) => [
      attributes["audit.record.kind"],
      attributes["audit.action"],
    ]),
  ).toEqual([
    ["intent", "rpc_call"],
    ["result", "rpc_call"],
  ]);
});

test("a closed action whose condition the request rules out has no intent", async () => {
  const audit = await openAudited({
    version: 1,
    rules: [
      {
        method: METHOD,
        actions: [
          { action: "permission_change", when: { "request.role": "present" } },
          { action: "pause", when: { "request.pause": true } },
        ],
      },
    ],
  });
  await callOnce("unary", { messages: [{ pause: true }] });
  await callOnce("unary", { messages: [{ role: "admin" }] });
  expect(
    recordsIn(audit.directory).map(({ attributes }) => [
      attributes["audit.record.kind"],
      attributes["audit.action"],
    ]),
  ).toEqual([
    ["result", "pause"],
    ["intent", "permission_change"],
    ["result", "permission_change"],
  ]);
});
