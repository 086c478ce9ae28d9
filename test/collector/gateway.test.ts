/**
 * Two tiers of real Collectors, agent and gateway, with certificates and with tokens: who is let in, and what
 * is lost when one of them dies. Built on first use; without `go` or `openssl` skipped (AUDIT_REQUIRE: fails).
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCollector } from "../../collector-config/build/build.ts";
import { toLogRecord, toResource } from "../../src/otel/index.ts";
import {
  type Authority,
  createAuthority,
  isOpensslMissing,
  type KeyAndCertificate,
} from "../support/certificates.ts";
import { postRecords, recordIdsIn, resultIds, resultRecord } from "../support/posted-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { eventually, freePorts } from "./child-process.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  type RunningCollector,
  startCollector,
  whyNoCollector,
} from "./collector-process.ts";

const why =
  whyNoCollector() ?? (isOpensslMissing() ? "SKIPPED, NOT TESTED: no openssl" : undefined);
if (why !== undefined) process.stderr.write(`\notel-audit: test/collector/gateway: ${why}\n\n`);

const GATEWAY_NAMES = ["DNS.1 = localhost", "IP.1 = 127.0.0.1"];

interface TlsFiles {
  readonly pair?: KeyAndCertificate;
  /** What the other side must be signed by. */
  readonly trusted?: Authority;
  readonly token?: string;
  readonly tokens?: string;
}

/** A directory as AUDIT_TLS_DIR. */
function tlsDirectory({ pair, trusted, token, tokens }: TlsFiles): string {
  const directory = join(temporaryDirectory(), "tls");
  mkdirSync(directory, { mode: 0o700 });
  const files = {
    "tls.crt": pair?.cert,
    "tls.key": pair?.key,
    "ca.crt": trusted?.cert,
    token,
    tokens,
  };
  for (const [name, content] of Object.entries(files))
    if (content !== undefined) writeFileSync(join(directory, name), content, { mode: 0o600 });
  return directory;
}

interface Tier {
  readonly overlay: string;
  readonly tls: string;
  /** Of the gateway. */
  readonly port: number;
  readonly dir?: string;
}

function startTier({ overlay, tls, port, dir }: Tier): Promise<RunningCollector> {
  return startCollector({
    dir: dir ?? join(temporaryDirectory(), "collector"),
    overlays: [`overlays/${overlay}.yaml`],
    env: {
      AUDIT_TLS_DIR: tls,
      AUDIT_GATEWAY_LISTEN: `127.0.0.1:${port}`,
      AUDIT_GATEWAY_ENDPOINT: `127.0.0.1:${port}`,
    },
  });
}

/** Posts one record past any agent; gives gRPC's status. */
async function knock(
  port: number,
  credentials: grpc.ChannelCredentials,
  authorization?: string,
): Promise<grpc.status> {
  const client = new grpc.Client(`localhost:${port}`, credentials);
  const resource = toResource({ "service.name": "stranger" });
  const bytes = ProtobufLogsSerializer.serializeRequest([toLogRecord(resultRecord(99), resource)]);
  const metadata = new grpc.Metadata();
  if (authorization !== undefined) metadata.set("authorization", authorization);
  return await new Promise<grpc.status>((resolve) => {
    client.makeUnaryRequest(
      "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
      (request: Uint8Array) => Buffer.from(request),
      () => undefined,
      bytes ?? new Uint8Array(),
      metadata,
      (error) => resolve(error === null ? grpc.status.OK : error.code),
    );
  }).finally(() => client.close());
}

async function arrived(collector: RunningCollector, count: number): Promise<readonly string[]> {
  return await eventually(async () => {
    const ids = [...new Set(await recordIdsIn(collector.jsonFile))];
    return ids.length >= count ? ids : undefined;
  });
}

/** Resolves when the exporter to the gateway has said so of a request. */
async function said(agent: RunningCollector, text: string): Promise<void> {
  await eventually(async () => {
    const lines = agent.output().split("\n");
    const isOne = (line: string): boolean => line.includes("otlp_grpc/gateway");
    return lines.some((line) => isOne(line) && line.includes(text)) ? true : undefined;
  });
}

const numbersTo = (last: number, first = 1): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

describe.skipIf(why !== undefined)("agent and gateway", () => {
  beforeAll(async () => {
    await buildCollector();
  }, BUILD_TIMEOUT_MILLIS);

  test("with certificates: gateway and agent are killed and nothing is lost; strangers are not heard", async () => {
    const authority = createAuthority("lab");
    const stranger = createAuthority("lab");
    const gatewayTls = tlsDirectory({
      pair: authority.issue("/CN=gateway", GATEWAY_NAMES),
      trusted: authority,
    });
    const agentTls = tlsDirectory({ pair: authority.issue("/CN=agent-1"), trusted: authority });
    const [port = 0] = await freePorts(1);
    const dir = join(temporaryDirectory(), "gateway");
    const startGateway = (): Promise<RunningCollector> =>
      startTier({ overlay: "gateway", tls: gatewayTls, port, dir });
    const post = async (numbers: readonly number[]): Promise<void> => {
      for (const n of numbers)
        expect(await postRecords(agent.httpEndpoint, [resultRecord(n)])).toBe(200);
    };

    let gateway = await startGateway();
    const agentDir = join(temporaryDirectory(), "agent");
    const startAgent = (): Promise<RunningCollector> =>
      startTier({ overlay: "gateway-agent", tls: agentTls, port, dir: agentDir });
    let agent = await startAgent();
    await post(numbersTo(10));
    expect(await arrived(gateway, 10)).toEqual(resultIds(...numbersTo(10)));
    await gateway.kill();
    await post(numbersTo(30, 11));
    await said(agent, "Will retry");
    await agent.kill();
    gateway = await startGateway();
    agent = await startAgent();
    await post(numbersTo(40, 31));
    // What was in flight at the kill of the agent comes after what waited behind it.
    const all = new Set(resultIds(...numbersTo(40)));
    expect(new Set(await arrived(gateway, 40))).toEqual(all);

    const wrong = stranger.issue("/CN=agent-1");
    const { UNAVAILABLE } = grpc.status;
    expect(await knock(port, grpc.credentials.createInsecure())).toBe(UNAVAILABLE);
    expect(await knock(port, grpc.credentials.createSsl(authority.cert))).toBe(UNAVAILABLE);
    expect(
      await knock(port, grpc.credentials.createSsl(authority.cert, wrong.key, wrong.cert)),
    ).toBe(UNAVAILABLE);
    const own = authority.issue("/CN=agent-2");
    expect(await knock(port, grpc.credentials.createSsl(authority.cert, own.key, own.cert))).toBe(
      grpc.status.OK,
    );
    expect(new Set(await arrived(gateway, 41))).toEqual(new Set([...all, ...resultIds(99)]));
    await agent.stop();
    await gateway.stop();
  });

  test("with certificates: an agent with a wrong one keeps its records until it has the right one", async () => {
    const authority = createAuthority("lab");
    const pair = authority.issue("/CN=gateway", GATEWAY_NAMES);
    const gatewayTls = tlsDirectory({ pair, trusted: authority });
    const [port = 0] = await freePorts(1);
    const gateway = await startTier({ overlay: "gateway", tls: gatewayTls, port });
    const dir = join(temporaryDirectory(), "agent");
    const startAgent = (of: Authority): Promise<RunningCollector> => {
      const tls = tlsDirectory({ pair: of.issue("/CN=agent-1"), trusted: authority });
      return startTier({ overlay: "gateway-agent", tls, port, dir });
    };

    const refused = await startAgent(createAuthority("lab"));
    expect(await postRecords(refused.httpEndpoint, [resultRecord(1)])).toBe(200);
    await said(refused, "Will retry");
    await refused.stop();
    expect(await recordIdsIn(gateway.jsonFile)).toEqual([]);
    const admitted = await startAgent(authority);
    expect(await arrived(gateway, 1)).toEqual(resultIds(1));
    await admitted.stop();
    await gateway.stop();
  });

  test("with tokens: records arrive, and who has no token or a wrong one is refused", async () => {
    const authority = createAuthority("lab");
    const gatewayTls = tlsDirectory({
      pair: authority.issue("/CN=gateway", GATEWAY_NAMES),
      tokens: "first-token agent-1\nsecond-token agent-2\n",
    });
    const [port = 0] = await freePorts(1);
    const gateway = await startTier({ overlay: "gateway-token", tls: gatewayTls, port });
    const startAgent = (token: string): Promise<RunningCollector> =>
      startTier({
        overlay: "gateway-agent-token",
        tls: tlsDirectory({ trusted: authority, token }),
        port,
      });

    const agent = await startAgent("second-token\n");
    expect(await postRecords(agent.httpEndpoint, [resultRecord(1)])).toBe(200);
    expect(await arrived(gateway, 1)).toEqual(resultIds(1));

    // What the overlay warns of: for the gateway, records that come with a wrong token are gone.
    const wrong = await startAgent("wrong-token\n");
    expect(await postRecords(wrong.httpEndpoint, [resultRecord(2)])).toBe(200);
    await said(wrong, "Dropping data");
    await wrong.drained();
    expect(await recordIdsIn(wrong.jsonFile)).toEqual(resultIds(2));

    const tls = grpc.credentials.createSsl(authority.cert);
    const { UNAUTHENTICATED, UNAVAILABLE, OK } = grpc.status;
    expect(await knock(port, tls)).toBe(UNAUTHENTICATED);
    expect(await knock(port, tls, "Bearer wrong-token")).toBe(UNAUTHENTICATED);
    expect(await knock(port, tls, "Bearer agent-1")).toBe(UNAUTHENTICATED);
    expect(await knock(port, grpc.credentials.createInsecure(), "Bearer first-token")).toBe(
      UNAVAILABLE,
    );
    expect(await knock(port, tls, "Bearer first-token")).toBe(OK);
    expect(await arrived(gateway, 2)).toEqual(resultIds(1, 99));
    await Promise.all([agent.stop(), wrong.stop(), gateway.stop()]);
  });

  test.each([
    ["gateway", ["tls.crt", "tls.key", "ca.crt"]],
    ["gateway-token", ["tls.crt", "tls.key", "tokens"]],
    ["gateway-agent", ["tls.crt", "tls.key", "ca.crt"]],
    ["gateway-agent-token", ["ca.crt", "token"]],
  ])("%s does not start when one of %j is missing", async (overlay, files) => {
    const authority = createAuthority("lab");
    const pair = authority.issue("/CN=gateway", GATEWAY_NAMES);
    const [port = 0] = await freePorts(1);
    for (const missing of files) {
      const all = { pair, trusted: authority, token: "a-token", tokens: "a-token" };
      const tls = tlsDirectory(all);
      writeFileSync(join(tls, missing), "");
      await expect(startTier({ overlay, tls, port }), `an empty ${missing}`).rejects.toThrow(
        "did not start",
      );
    }
    // Set to nothing, the variable must not mean: without TLS.
    await expect(startTier({ overlay, tls: "", port })).rejects.toThrow(/no such file/);
  });
});
