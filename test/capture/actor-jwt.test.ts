/** Tokens, right and forged, over real connections, with keys from real servers. */
import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportSPKI, importJWK, type JWTPayload } from "jose";
import { describe, expect, test, vi } from "vitest";
import type { ActorSource, JwtActorSource } from "otel-audit";
import { parsePolicy } from "../../src/capture/index.ts";
import { type ActorService, type Found, serveActors } from "../support/found-actor.ts";
import { type KeyServer, serveKeys, type SigningKey, signingKey } from "../support/key-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { PATIENCE } from "../support/patience.ts";

const ISSUER = "https://id.example.org";
const AUDIENCE = "trainer";
const seconds = (): number => Math.floor(Date.now() / 1000);
const claims = (more: JWTPayload = {}): JWTPayload => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: "ann",
  exp: seconds() + 300,
  ...more,
});
const sourceOf = (
  jwks: string,
  algorithm = "EdDSA",
  more: Partial<JwtActorSource> = {},
): ActorSource[] => [
  { jwt: { jwks, issuer: ISSUER, audience: AUDIENCE, algorithms: [algorithm], ...more } },
];
const bearer = (token: string): { metadata: Record<string, string> } => ({
  metadata: { authorization: `Bearer ${token}` },
});
const ANN = { id: "ann", type: "user", authentication: "jwt" };
const ANONYMOUS = { id: "anonymous", type: "user", authentication: "none" };
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

interface Setting {
  readonly key: SigningKey;
  readonly keys: KeyServer;
  readonly service: ActorService;
}

async function setting(
  algorithm = "EdDSA",
  more: Partial<JwtActorSource> = {},
  now?: () => number,
): Promise<Setting> {
  const key = await signingKey(algorithm, "k1");
  const keys = await serveKeys([key.publicJwk]);
  const service = await serveActors(
    sourceOf(keys.url, algorithm, more),
    now === undefined ? {} : { now },
  );
  await service.finder.ready();
  return { key, keys, service };
}

/** Asserts that nothing of a token shows where people look. */
function expectSecret(token: string, found: Found, service: ActorService): void {
  const said = [found.problem ?? "", ...service.lines].join("\n");
  for (const part of token.split(".").filter((text) => text.length > 8)) {
    expect(said).not.toContain(part);
  }
}

test.each(["EdDSA", "ES256", "ES384", "RS256", "PS256"])(
  "a token signed with %s",
  async (algorithm) => {
    const { key, service } = await setting(algorithm);
    const token = await key.sign(claims());
    expect(await service.whoCalls(bearer(token))).toEqual({ actor: ANN, isLate: true });
    expect(await service.whoCalls(bearer(token))).toEqual({
      actor: ANN,
      isLate: false,
    });
    expect(service.lines).toEqual([]);
  },
);

const forged: [name: string, make: (setting: Setting) => Promise<string>, problem: string][] = [
  [
    "another key of the same id",
    async ({ key }) => (await signingKey("EdDSA", key.kid)).sign(claims()),
    "the token's signature is wrong",
  ],
  [
    "a changed claim",
    async ({ key }) => {
      const [head, , signature] = (await key.sign(claims())).split(".");
      return [head, base64(claims({ sub: "root" })), signature].join(".");
    },
    "the token's signature is wrong",
  ],
  [
    "no signature",
    async ({ key }) => `${(await key.sign(claims())).split(".").slice(0, 2).join(".")}.`,
    "the token's signature is wrong",
  ],
  [
    "another issuer",
    async ({ key }) => key.sign(claims({ iss: "https://evil.example" })),
    "the token is of another issuer",
  ],
  [
    "no issuer",
    async ({ key }) => key.sign({ sub: "ann", aud: AUDIENCE, exp: seconds() + 9 }),
    "the token is of another issuer",
  ],
  [
    "another audience",
    async ({ key }) => key.sign(claims({ aud: ["billing"] })),
    "the token is for another audience",
  ],
  [
    "no audience",
    async ({ key }) => key.sign({ sub: "ann", iss: ISSUER, exp: seconds() + 9 }),
    "the token is for another audience",
  ],
  [
    "expired",
    async ({ key }) => key.sign(claims({ exp: seconds() - 60 })),
    "the token has expired",
  ],
  [
    "not valid yet",
    async ({ key }) => key.sign(claims({ nbf: seconds() + 60 })),
    "the token is not valid yet",
  ],
  [
    "no end",
    async ({ key }) => key.sign({ sub: "ann", iss: ISSUER, aud: AUDIENCE }),
    "the token does not say when it expires",
  ],
  [
    "an end that is no number",
    async ({ key }) => key.sign(claims({ exp: "9999999999" as unknown as number })),
    "the token does not say when it expires",
  ],
  [
    "no subject",
    async ({ key }) => key.sign({ iss: ISSUER, aud: AUDIENCE, exp: seconds() + 9 }),
    "the token has no sub claim that is a text",
  ],
  [
    "a subject that is no text",
    async ({ key }) => key.sign(claims({ sub: 7 as unknown as string })),
    "the token has no sub claim that is a text",
  ],
  [
    "alg none",
    async () => `${base64({ alg: "none" })}.${base64(claims())}.`,
    "the token's algorithm is none that the policy accepts",
  ],
  [
    "alg NONE, with the key's id",
    async ({ key }) => `${base64({ alg: "NONE", kid: key.kid })}.${base64(claims())}.`,
    "the token's algorithm is none that the policy accepts",
  ],
  [
    "the public key as a shared secret",
    async ({ key }) => {
      const publicKey = await importJWK(key.publicJwk, "EdDSA");
      if (publicKey instanceof Uint8Array) throw new Error("no public key");
      const secret = await exportSPKI(publicKey);
      const text = `${base64({ alg: "HS256", kid: key.kid })}.${base64(claims())}`;
      return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
    },
    "the token's algorithm is none that the policy accepts",
  ],
  [
    "an accepted algorithm that the key is not for",
    async ({ key }) => {
      const other = await signingKey("ES256", key.kid);
      return other.sign(claims());
    },
    "the token's algorithm is none that the policy accepts",
  ],
  [
    "an unknown key id",
    async () => (await signingKey("EdDSA", "k9")).sign(claims()),
    "the token names a key that is not in the key set",
  ],
  [
    "a critical extension that nobody knows",
    async ({ key }) => {
      const [, body, signature] = (await key.sign(claims())).split(".");
      return [base64({ alg: "EdDSA", kid: key.kid, crit: ["x"], x: 1 }), body, signature].join(".");
    },
    "the token is no JWT that can be verified",
  ],
  [
    "an embedded key",
    async () => {
      const own = await signingKey("EdDSA", "x");
      return own.sign(claims(), {
        kid: undefined,
        jwk: own.publicJwk,
        jku: "https://evil.example/",
      });
    },
    "the token's signature is wrong",
  ],
  [
    "five parts, encrypted",
    async () => "aaaaaaaaaa.bbbbbbbbbb.cccccccccc.dddddddddd.eeeeeeeeee",
    "the token in authorization is no signed JWT",
  ],
  [
    "a head that is no JSON",
    async () => "bm9wZW5vcGU.bm9wZW5vcGU.bm9wZW5vcGU",
    "the token in authorization is no signed JWT",
  ],
  [
    "a head that is null",
    async () => `${Buffer.from("null").toString("base64url")}.bm9wZW5vcGU.bm9wZW5vcGU`,
    "the token in authorization is no signed JWT",
  ],
  [
    "claims that are no JSON",
    async ({ key }) => `${base64({ alg: "EdDSA", kid: key.kid })}.bm9wZW5vcGU.bm9wZW5vcGU`,
    "the token's signature is wrong",
  ],
  [
    "40 KB of it",
    async ({ key }) => `${(await key.sign(claims())).split(".")[0]}.${"a".repeat(40_000)}.a`,
    "the token in authorization is too long",
  ],
];

test.each(forged)("a token with %s is anonymous", async (_name, make, problem) => {
  const made = await setting();
  const token = await make(made);
  const found = await made.service.whoCalls(bearer(token));
  expect({ actor: found.actor, problem: found.problem }).toEqual({ actor: ANONYMOUS, problem });
  expectSecret(token, found, made.service);
});

test("garbage of 1 MB costs nothing and is not shown", async () => {
  const { service } = await setting();
  const value = `Bearer ${"a.".repeat(500_000)}`;
  // No HTTP/2 server takes such a header: what if one did?
  const call = { metadata: { get: () => [value] }, getPeer: () => "127.0.0.1:1", emit: () => true };
  expect(service.finder.find(call, "a.B/C", {})).toEqual({
    actor: ANONYMOUS,
    problem: "the token in authorization is too long",
  });
});

test.each<[name: string, value: string, problem: string | undefined]>([
  ["bearer in lower case", "bearer TOKEN", undefined],
  ["two blanks", "Bearer  TOKEN", undefined],
  ["no scheme", "TOKEN", "authorization is not of the form Bearer <token>"],
  ["another scheme", "Basic YW5uOmh1bnRlcjI=", "authorization is not of the form Bearer <token>"],
  ["two tokens", "Bearer TOKEN, Bearer TOKEN", "authorization is not of the form Bearer <token>"],
  ["a token and more", "Bearer TOKEN x", "authorization is not of the form Bearer <token>"],
  ["the scheme alone", "Bearer", "authorization is not of the form Bearer <token>"],
])("an authorization with %s", async (_name, value, problem) => {
  const { key, service } = await setting();
  const token = await key.sign(claims());
  const found = await service.whoCalls({
    metadata: { authorization: value.replaceAll("TOKEN", token) },
  });
  expect(found.problem).toBe(problem);
  expect(found.actor).toEqual(problem === undefined ? ANN : ANONYMOUS);
  expectSecret(token, found, service);
});

test("no token is no problem", async () => {
  const { service } = await setting();
  expect(await service.whoCalls()).toEqual({ actor: ANONYMOUS, isLate: false });
});

test("a header of its own carries the token bare, and not in authorization", async () => {
  const { key, service } = await setting("EdDSA", { header: "x-assertion" });
  const token = await key.sign(claims());
  expect((await service.whoCalls({ metadata: { "x-assertion": token } })).actor).toEqual(ANN);
  expect((await service.whoCalls(bearer(token))).actor).toEqual(ANONYMOUS);
});

test.each<[name: string, more: Partial<JwtActorSource>, payload: JWTPayload, actor: object]>([
  ["another id claim", { id: "email" }, { email: "ann@lab" }, { id: "ann@lab" }],
  ["a role", { role: "role" }, { role: "trainer" }, { role: "trainer" }],
  [
    "a list of roles in a map",
    { role: "realm_access.roles" },
    { realm_access: { roles: ["a", "b", 7] } },
    { role: "a,b" },
  ],
  [
    "a claim with dots in its name",
    { role: "https://lab.example/role" },
    { "https://lab.example/role": "x" },
    { role: "x" },
  ],
  ["a role that is not there", { role: "role" }, {}, {}],
  ["a role that an object has by birth", { role: "constructor" }, {}, {}],
  ["a type", { type: "kind" }, { kind: "service" }, { type: "service" }],
  ["an unknown type", { type: "kind" }, { kind: "root" }, {}],
  [
    "somebody who acts for the subject (RFC 8693)",
    {},
    { act: { sub: "bot-7" } },
    { id: "bot-7", type: "agent", delegator: "ann" },
  ],
  [
    "a chain of them",
    {},
    { act: { sub: "bot-7", act: { sub: "bot-1" } } },
    { id: "bot-7", type: "agent", delegator: "ann" },
  ],
  [
    "one that is a service",
    { type: "kind" },
    { kind: "service", act: { sub: "job" } },
    { id: "job", type: "service", delegator: "ann" },
  ],
  [
    "a claim of its own for the delegator",
    { delegator: "on_behalf_of" },
    { sub: "bot-7", on_behalf_of: "ann" },
    { id: "bot-7", type: "agent", delegator: "ann" },
  ],
  ["no such claim this time", { delegator: "on_behalf_of" }, {}, {}],
])("%s", async (_name, more, payload, actor) => {
  const { key, service } = await setting("EdDSA", more);
  const found = await service.whoCalls(bearer(await key.sign(claims(payload))));
  expect(found.problem).toBeUndefined();
  expect(found.actor).toEqual({ ...ANN, ...actor });
});

test("an act claim that names nobody is no subject acting alone", async () => {
  const { key, service } = await setting();
  const found = await service.whoCalls(bearer(await key.sign(claims({ act: { client_id: "x" } }))));
  expect(found).toMatchObject({
    actor: ANONYMOUS,
    problem: "the token's act claim does not say who acts",
  });
});

test("one of several audiences is enough", async () => {
  const { key, service } = await setting("EdDSA", { audience: ["a", "trainer"] });
  expect(
    (await service.whoCalls(bearer(await key.sign(claims({ aud: ["x", "a"] }))))).actor,
  ).toEqual(ANN);
});

test("a verified token counts until it expires, with the tolerance, and not longer", async () => {
  let now = Date.now();
  const { key, service } = await setting("EdDSA", { clock_tolerance: 10 }, () => now);
  const exp = Math.floor(now / 1000) + 60;
  const token = await key.sign(claims({ exp }));
  expect((await service.whoCalls(bearer(token))).isLate).toBe(true);
  now = (exp + 10) * 1000 - 1;
  expect(await service.whoCalls(bearer(token))).toEqual({ actor: ANN, isLate: false });
  now = (exp + 10) * 1000;
  expect(await service.whoCalls(bearer(token))).toMatchObject({
    actor: ANONYMOUS,
    problem: "the token has expired",
  });
});

test("no more than 1000 tokens are known; the one that was not seen for longest is forgotten", async () => {
  const { key, service } = await setting();
  const tokens = await Promise.all(
    Array.from({ length: 1001 }, (_, at) => key.sign(claims({ sub: `user-${at}` }))),
  );
  const call = (token: string): Parameters<typeof service.finder.find>[0] => ({
    metadata: { get: () => [`Bearer ${token}`] },
    getPeer: () => "127.0.0.1:1",
  });
  const ask = (at: number): unknown => service.finder.find(call(tokens[at] ?? ""), "a.B/C", {});
  for (let at = 0; at < 1000; at++) await ask(at);
  expect(ask(0)).not.toBeInstanceOf(Promise);
  await ask(1000);
  expect(ask(0), "seen just before").not.toBeInstanceOf(Promise);
  expect(ask(1), "forgotten").toBeInstanceOf(Promise);
});

test("many calls with one new token verify it once", async () => {
  const { key, service } = await setting();
  const token = await key.sign(claims());
  const call = {
    metadata: { get: () => [`Bearer ${token}`] },
    getPeer: () => "x",
    emit: () => true,
  };
  const verify = vi.spyOn(crypto.subtle, "verify");
  const all = await Promise.all(
    Array.from({ length: 20 }, async () => service.finder.find(call, "a.B/C", {})),
  );
  expect(all.map(({ actor }) => actor.id)).toEqual(Array.from({ length: 20 }, () => "ann"));
  expect(verify).toHaveBeenCalledTimes(1);
});

test("without a key id, every key that fits is tried", async () => {
  const first = await signingKey("EdDSA", "a");
  const second = await signingKey("EdDSA", "b");
  const keys = await serveKeys([first, second].map(({ publicJwk: { kid: _kid, ...jwk } }) => jwk));
  const service = await serveActors(sourceOf(keys.url));
  await service.finder.ready();
  for (const { sign } of [first, second]) {
    const token = await sign(claims(), { kid: undefined });
    expect((await service.whoCalls(bearer(token))).actor).toEqual(ANN);
  }
  const other = await (await signingKey("EdDSA", "c")).sign(claims(), { kid: undefined });
  expect((await service.whoCalls(bearer(other))).problem).toBe("the token's signature is wrong");
});

describe("the server of keys", () => {
  test("a new key is picked up behind the first token that names it; at most once in 30 s", async () => {
    let now = Date.now();
    const { key, keys, service } = await setting("EdDSA", {}, () => now);
    const next = await signingKey("EdDSA", "k2");
    const old = await key.sign(claims({ exp: seconds() + 3600 }));
    const fresh = await next.sign(claims({ sub: "bob", exp: seconds() + 3600 }));
    expect((await service.whoCalls(bearer(old))).actor).toEqual(ANN);
    keys.answerWith([next.publicJwk]);
    for (let at = 0; at < 5; at++) {
      expect((await service.whoCalls(bearer(fresh))).problem).toBe(
        "the token names a key that is not in the key set",
      );
    }
    expect(keys.requests(), "asked at start only").toBe(1);
    now += 30_001;
    const asked = keys.nextRequest();
    expect((await service.whoCalls(bearer(fresh))).isLate, "nobody waits").toBe(false);
    await asked;
    await vi.waitFor(
      async () => expect((await service.whoCalls(bearer(fresh))).actor.id).toBe("bob"),
      PATIENCE,
    );
    expect(keys.requests()).toBe(2);
    expect((await service.whoCalls(bearer(old))).problem, "its key was taken back").toBe(
      "the token names a key that is not in the key set",
    );
  });

  test("a key that was taken back stops counting although every token names it", async () => {
    let now = Date.now();
    const { key, keys, service } = await setting("EdDSA", {}, () => now);
    const token = await key.sign(claims({ exp: seconds() + 3600 }));
    expect((await service.whoCalls(bearer(token))).actor).toEqual(ANN);
    keys.answerWith([(await signingKey("EdDSA", "k2")).publicJwk]);
    now += 600_001;
    const asked = keys.nextRequest();
    expect((await service.whoCalls(bearer(token))).actor, "nobody waits").toEqual(ANN);
    await asked;
    await vi.waitFor(
      async () => expect((await service.whoCalls(bearer(token))).actor).toEqual(ANONYMOUS),
      PATIENCE,
    );
  });

  test("another key under the same id: what the old one signed stops counting, verified or not", async () => {
    let now = Date.now();
    const { key, keys, service } = await setting("EdDSA", {}, () => now);
    const token = await key.sign(claims({ exp: seconds() + 3600 }));
    expect((await service.whoCalls(bearer(token))).actor).toEqual(ANN);
    keys.answerWith([(await signingKey("EdDSA", key.kid)).publicJwk]);
    now += 600_001;
    await vi.waitFor(
      async () =>
        expect((await service.whoCalls(bearer(token))).problem).toBe(
          "the token's signature is wrong",
        ),
      PATIENCE,
    );
  });

  test("the same keys again: what was verified stays verified", async () => {
    let now = Date.now();
    const { key, keys, service } = await setting("EdDSA", {}, () => now);
    const token = await key.sign(claims({ exp: seconds() + 3600 }));
    await service.whoCalls(bearer(token));
    now += 600_001;
    await vi.waitFor(async () => {
      expect((await service.whoCalls(bearer(token))).isLate).toBe(false);
      expect(keys.requests()).toBe(2);
    }, PATIENCE);
    expect((await service.whoCalls(bearer(token))).isLate).toBe(false);
  });

  test("down at start: one loud line, anonymous callers; back later: its tokens count", async () => {
    const gone = await serveKeys([]);
    await gone.close();
    let now = Date.now();
    const service = await serveActors(sourceOf(gone.url), { now: () => now, readyMillis: 50 });
    await service.finder.ready();
    expect(service.lines).toEqual([
      `the keys of http://127.0.0.1:${gone.port}/jwks.json cannot be loaded (connect ECONNREFUSED 127.0.0.1:${gone.port}): NO TOKEN COUNTS, its callers are recorded as anonymous until they are loaded; it is tried again`,
    ]);
    const key = await signingKey("EdDSA", "k1");
    const token = await key.sign(claims());
    expect(await service.whoCalls(bearer(token))).toEqual({
      actor: ANONYMOUS,
      problem: "the keys that the token is verified with are not loaded",
      isLate: false,
    });
    await serveKeys([key.publicJwk], { port: gone.port });
    now += 60_000;
    await vi.waitFor(async () => {
      now += 60_000;
      expect(
        (
          await service.whoCalls(
            bearer(await key.sign(claims({ exp: Math.floor(now / 1000) + 60 }))),
          )
        ).actor,
      ).toEqual(ANN);
    }, PATIENCE);
    expect(service.lines).toHaveLength(2);
    expect(service.lines[1]).toMatch(/are loaded: its tokens count again$/);
  });

  test("up while a start waits", async () => {
    const gone = await serveKeys([]);
    await gone.close();
    const key = await signingKey("EdDSA", "k1");
    const service = await serveActors(sourceOf(gone.url), { readyMillis: 30_000 });
    const ready = service.finder.ready();
    await serveKeys([key.publicJwk], { port: gone.port });
    await ready;
    expect(service.lines).toEqual([]);
    expect((await service.whoCalls(bearer(await key.sign(claims())))).actor).toEqual(ANN);
  });

  test.each<[name: string, answer: Parameters<KeyServer["answerWith"]>[0], reason: string]>([
    ["an error", { status: 503 }, "the answer is HTTP 503"],
    ["a redirect", { status: 302, location: "http://127.0.0.1:1/" }, "the answer is HTTP 302"],
    [
      "a page",
      { status: 200, body: "<html>" },
      'is no JWK set: it must be JSON as in { "keys": [ … ] }',
    ],
    ["too much", { status: 200, body: "x".repeat(1_100_000) }, "the answer is longer than 1 MB"],
    [
      "a private key",
      { status: 200, body: '{"keys":[{"kty":"oct","k":"aHVudGVyMg"}]}' },
      "holds a private or secret key: publish the public keys only",
    ],
  ])(
    "that answers with %s: the keys of before go on to count, said once",
    async (_name, answer, reason) => {
      let now = Date.now();
      const { key, keys, service } = await setting("EdDSA", {}, () => now);
      const token = await key.sign(claims({ exp: seconds() + 7200 }));
      keys.answerWith(answer);
      for (const requests of [2, 3]) {
        now += 700_000;
        await vi.waitFor(async () => {
          // An attempt that is under way ends in this time.
          now += 5000;
          expect((await service.whoCalls(bearer(token))).actor).toEqual(ANN);
          expect(keys.requests()).toBe(requests);
        }, PATIENCE);
      }
      await vi.waitFor(() => expect(service.lines).toHaveLength(1), PATIENCE);
      expect(service.lines[0]).toBe(
        `the keys of http://127.0.0.1:${keys.port}/jwks.json cannot be loaded (${reason}): the ones of before go on to count; it is tried again`,
      );
      expect((await service.whoCalls(bearer(token))).actor).toEqual(ANN);
    },
  );
});

test("keys in a file beside the policy; a new file is picked up", async () => {
  const directory = temporaryDirectory();
  const write = (key: SigningKey): void => {
    const path = join(directory, "keys.json");
    writeFileSync(`${path}.new`, JSON.stringify({ keys: [key.publicJwk] }), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  const [first, second] = [await signingKey("ES256", "a"), await signingKey("ES256", "b")];
  write(first);
  let now = Date.now();
  const loaded = parsePolicy(
    JSON.stringify({ version: 1, actor: sourceOf("./keys.json", "ES256") }),
    join(directory, "audit.yaml"),
  );
  const service = await serveActors(loaded, { now: () => now });
  expect((await service.whoCalls(bearer(await first.sign(claims())))).actor).toEqual(ANN);
  write(second);
  now += 30_001;
  await vi.waitFor(async () => {
    const token = await second.sign(claims({ exp: seconds() + 600 }));
    expect((await service.whoCalls(bearer(token))).actor).toEqual(ANN);
  }, PATIENCE);
  await service.finder.ready();
  expect(service.lines).toEqual([]);
});

test("who one source does not believe, the next one may know; else the first problem stays", async () => {
  const key = await signingKey("EdDSA", "k1");
  const [own, other] = [await serveKeys([key.publicJwk]), await serveKeys([key.publicJwk])];
  const service = await serveActors([
    ...sourceOf(other.url, "EdDSA", { issuer: "https://other.example" }),
    ...sourceOf(own.url),
    { header: { id: "x-user", from: ["127.0.0.1"] } },
    { header: { id: "x-user", from: ["10.0.0.1"] } },
  ]);
  await service.finder.ready();
  const good = bearer(await key.sign(claims()));
  expect((await service.whoCalls(good)).actor).toEqual(ANN);
  expect(await service.whoCalls(good)).toEqual({ actor: ANN, isLate: true });
  const bad = bearer(await key.sign(claims({ iss: "https://evil.example" })));
  expect(await service.whoCalls(bad)).toMatchObject({
    actor: ANONYMOUS,
    problem: "the token is of another issuer",
  });
  const both = { metadata: { ...bad.metadata, "x-user": "bob" } };
  const found = await service.whoCalls(both);
  expect(found.actor).toEqual({ id: "bob", type: "user", authentication: "header" });
  expect(found.problem).toBeUndefined();
});

test.each(["fetching", "loaded"])("a process ends although its keys are %s", async (state) => {
  const key = await signingKey("EdDSA", "k1");
  // A server that never answers; the child's event loop is empty but for the request.
  const program = `
    import { createServer } from "node:net";
    import { compileActor, policyOfObject } from "${join(import.meta.dirname, "../../src/capture/index.ts")}";
    const server = createServer((socket) => { socket.unref(); ${state === "loaded" ? `socket.end("HTTP/1.1 200 OK\\r\\nconnection: close\\r\\n\\r\\n" + ${JSON.stringify(JSON.stringify({ keys: [key.publicJwk] }))})` : ""} });
    server.listen(0, "127.0.0.1", async () => {
      const actor = ${JSON.stringify(sourceOf("URL"))};
      actor[0].jwt.jwks = "http://127.0.0.1:" + server.address().port + "/";
      const { ready } = compileActor(policyOfObject({ version: 1, actor }), undefined, console.log);
      ${state === "loaded" ? "await ready();" : ""}
      server.unref();
    });
    process.on("exit", () => console.log("end"));`;
  const result = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 180_000,
  });
  expect(result.stderr).toBe("");
  // A request that kept the process alive would fail after 5 s, and say so.
  expect(result.stdout).toBe("end\n");
});
