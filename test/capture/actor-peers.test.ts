/** Client certificates and trusted headers, right and forged, over real connections. */
import * as http2 from "node:http2";
import { setDefaultCACertificates, getCACertificates } from "node:tls";
import * as grpc from "@grpc/grpc-js";
import * as oldest from "grpc-js-oldest";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ActorSource } from "otel-audit";
import {
  type Authority,
  createAuthority,
  isOpensslMissing,
  type KeyAndCertificate,
  selfSigned,
} from "../support/certificates.ts";
import { serveActors } from "../support/found-actor.ts";
import type { GrpcCopy } from "../support/grpc-service.ts";
import { serveKeys, signingKey } from "../support/key-server.ts";

const ANONYMOUS = { id: "anonymous", type: "user", authentication: "none" };
const COPIES: [name: string, copy: GrpcCopy][] = [
  ["newest", grpc],
  // The same shapes under another name.
  ["oldest", oldest as unknown as GrpcCopy],
];
const channel = { "grpc.ssl_target_name_override": "localhost" };

/** A server that asks for a client certificate, and takes any or none: what counts is ours to say. */
function askingCredentials(
  copy: GrpcCopy,
  authority: Authority,
  isRequired: boolean,
): grpc.ServerCredentials {
  const { key, cert } = authority.issue("/CN=localhost");
  const credentials = copy.ServerCredentials.createSsl(
    authority.cert,
    [{ private_key: key, cert_chain: cert }],
    true,
  );
  if (isRequired) return credentials;
  // As a subclass of an application may: asked for, not insisted on.
  Object.assign((credentials as unknown as { options: object }).options, {
    rejectUnauthorized: false,
  });
  const inner = credentials as unknown as {
    _getConstructorOptions: () => Record<string, unknown>;
  };
  const options = inner._getConstructorOptions();
  inner._getConstructorOptions = () => ({ ...options, rejectUnauthorized: false });
  return credentials;
}

function clientCredentials(
  copy: GrpcCopy,
  authority: Authority,
  own?: KeyAndCertificate,
): grpc.ChannelCredentials {
  return own === undefined
    ? copy.credentials.createSsl(authority.cert)
    : copy.credentials.createSsl(authority.cert, own.key, own.cert);
}

describe.skipIf(isOpensslMissing())("client certificates (need openssl)", () => {
  const names = [
    "URI.1 = spiffe://lab/ann",
    "DNS.1 = ann.lab",
    "DNS.2 = bob.lab",
    "email.1 = ann@lab.example",
  ];

  describe.each(COPIES)("%s grpc-js", (_name, copy) => {
    test.each([
      ["subject.CN", "ann", undefined],
      ["subject.O", "lab", undefined],
      ["san.uri", "spiffe://lab/ann", undefined],
      ["san.email", "ann@lab.example", undefined],
      ["san.dns", undefined, "the client certificate has more than one san.dns"],
      ["subject.OU", undefined, "the client certificate has no subject.OU"],
      ["subject.toString", undefined, "the client certificate has no subject.toString"],
    ])("%s is %s", async (field, id, problem) => {
      const authority = createAuthority("ca");
      const service = await serveActors([{ mtls: { id: field } }], {
        copy,
        credentials: askingCredentials(copy, authority, true),
      });
      const own = authority.issue("/O=lab/CN=ann", names);
      const found = await service.whoCalls({
        credentials: clientCredentials(copy, authority, own),
        channel,
      });
      expect(found.actor).toEqual(
        id === undefined ? ANONYMOUS : { id, type: "service", authentication: "mtls" },
      );
      expect(found.problem).toBe(problem);
    });

    test.each<
      [name: string, own: () => KeyAndCertificate | undefined, problem: string | undefined]
    >([
      [
        "one that vouches for itself",
        () => selfSigned("/CN=ann"),
        "the client certificate is not verified (DEPTH_ZERO_SELF_SIGNED_CERT)",
      ],
      [
        "one of another authority",
        () => createAuthority("ca").issue("/CN=ann"),
        "the client certificate is not verified (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
      ],
      ["none", () => undefined, undefined],
    ])("asked for, not insisted on: %s", async (_title, own, problem) => {
      const authority = createAuthority("ca");
      const service = await serveActors(
        [
          { mtls: { id: "subject.CN" } },
          { header: { id: "x-user", from: [{ mtls: { "subject.CN": "ann" } }] } },
        ],
        {
          copy,
          credentials: askingCredentials(copy, authority, false),
        },
      );
      const found = await service.whoCalls({
        credentials: clientCredentials(copy, authority, own()),
        channel,
        metadata: { "x-user": "root" },
      });
      expect(found.actor).toEqual(ANONYMOUS);
      expect(found.problem).toBe(problem ?? "the header x-user does not count from this caller");
      const right = await service.whoCalls({
        credentials: clientCredentials(copy, authority, authority.issue("/CN=ann")),
        channel,
      });
      expect(right.actor.id, "the right one counts on the same server").toBe("ann");
    });

    test("headers of a gateway that is known by its certificate", async () => {
      const authority = createAuthority("ca");
      const header = {
        id: "x-user",
        from: ["10.0.0.0/8", { mtls: { "subject.CN": "gateway", "san.dns": "b.lab" } }],
      };
      const service = await serveActors([{ header }], {
        copy,
        credentials: askingCredentials(copy, authority, true),
      });
      const ask = async (subject: string, ...sans: string[]): Promise<string> => {
        const own = authority.issue(
          subject,
          sans.map((san, at) => `DNS.${at} = ${san}`),
        );
        const { actor } = await service.whoCalls({
          credentials: clientCredentials(copy, authority, own),
          channel,
          metadata: { "x-user": "ann" },
        });
        return actor.id;
      };
      expect(await ask("/CN=gateway", "a.lab", "b.lab")).toBe("ann");
      expect(await ask("/CN=gateway", "a.lab")).toBe("anonymous");
      expect(await ask("/CN=other", "b.lab")).toBe("anonymous");
    });
  });

  test("a comma in a name forges no other name, and is part of it", async () => {
    const authority = createAuthority("ca");
    const own = authority.issue("/CN=mallory", ["URI.1 = http://x/\\, DNS:gateway\\, y"]);
    const service = await serveActors(
      [
        { header: { id: "x-user", from: [{ mtls: { "san.dns": "gateway" } }] } },
        { mtls: { id: "san.uri" } },
      ],
      { credentials: askingCredentials(grpc, authority, true) },
    );
    const found = await service.whoCalls({
      credentials: clientCredentials(grpc, authority, own),
      channel,
      metadata: { "x-user": "root" },
    });
    expect(found.actor.id).toBe("http://x/, DNS:gateway, y");
  });

  test("a certificate that the server did not ask for is none", async () => {
    const authority = createAuthority("ca");
    const { key, cert } = authority.issue("/CN=localhost");
    const credentials = grpc.ServerCredentials.createSsl(null, [
      { private_key: key, cert_chain: cert },
    ]);
    const service = await serveActors([{ mtls: { id: "subject.CN" } }], { credentials });
    const own = authority.issue("/CN=ann");
    const found = await service.whoCalls({
      credentials: clientCredentials(grpc, authority, own),
      channel,
    });
    expect(found).toEqual({ actor: ANONYMOUS, isLate: false });
  });

  test("keys of tokens over TLS, from a server whose certificate is checked", async () => {
    const authority = createAuthority("ca");
    const tls = authority.issue("/CN=localhost", ["IP.1 = 127.0.0.1"]);
    const key = await signingKey("EdDSA", "k1");
    const keys = await serveKeys([key.publicJwk], { tls });
    const source: ActorSource[] = [
      { jwt: { jwks: keys.url, issuer: "i", audience: "a", algorithms: ["EdDSA"] } },
    ];
    const distrusting = await serveActors(source, { readyMillis: 50 });
    await distrusting.finder.ready();
    expect(distrusting.lines.join("\n")).toContain("NO TOKEN COUNTS");
    const before = getCACertificates("default");
    onTestFinished(() => setDefaultCACertificates(before));
    setDefaultCACertificates([...before, authority.cert.toString()]);
    const trusting = await serveActors(source);
    await trusting.finder.ready();
    expect(trusting.lines).toEqual([]);
    const token = await key.sign({ iss: "i", aud: "a", sub: "ann", exp: Date.now() / 1000 + 60 });
    const found = await trusting.whoCalls({ metadata: { authorization: `Bearer ${token}` } });
    expect(found.actor.id).toBe("ann");
  });
});

describe("headers", () => {
  const header = {
    id: "x-user",
    type: "x-type",
    role: "x-role",
    delegator: "x-for",
    from: ["127.0.0.0/8"],
  };

  test.each<[name: string, metadata: Record<string, string>, key: string]>([
    ["an id with a comma", { "x-user": "ann, root" }, "x-user"],
    ["an id with a bare comma", { "x-user": "ann,root" }, "x-user"],
    ["two roles", { "x-user": "ann", "x-role": "viewer, admin" }, "x-role"],
    ["two delegators", { "x-user": "ann", "x-for": "a,b" }, "x-for"],
  ])("%s", async (_name, metadata, key) => {
    const service = await serveActors([{ header }]);
    expect(await service.whoCalls({ metadata })).toEqual({
      actor: ANONYMOUS,
      problem: `the header ${key} has more than one value, and one may be forged`,
      isLate: false,
    });
  });

  test("a header that was sent twice, as HTTP/2 has it", async () => {
    const { compileActor, policyOfObject } = await import("../../src/capture/index.ts");
    const { find } = compileActor(
      policyOfObject({ version: 1, actor: [{ header }] }),
      undefined,
      () => {},
    );
    const { serve } = await import("../support/grpc-service.ts");
    const found: unknown[] = [];
    const service = await serve(grpc, {
      Do: {
        kind: "unary",
        handler(call, callback) {
          found.push(find(call, "probe.Probe/Do", { address: "127.0.0.1" }));
          callback(null, {});
        },
      },
    });
    onTestFinished(service.close);
    const session = http2.connect(`http://${service.address}`);
    onTestFinished(() => session.close());
    const stream = session.request({
      ":method": "POST",
      ":path": "/probe.Probe/Do",
      "content-type": "application/grpc",
      te: "trailers",
      "x-user": ["ann", "root"],
    });
    const body = Buffer.from("{}");
    stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, body.length]), body]));
    stream.resume();
    await new Promise((done) => stream.on("close", done));
    expect(found).toEqual([
      {
        actor: ANONYMOUS,
        problem: "the header x-user has more than one value, and one may be forged",
      },
    ]);
  });

  test("a header from elsewhere does not count, and that is said", async () => {
    const service = await serveActors([{ header: { ...header, from: ["10.0.0.0/8"] } }]);
    expect(await service.whoCalls({ metadata: { "x-user": "ann" } })).toEqual({
      actor: ANONYMOUS,
      problem: "the header x-user does not count from this caller",
      isLate: false,
    });
    expect(await service.whoCalls()).toEqual({ actor: ANONYMOUS, isLate: false });
  });
});
