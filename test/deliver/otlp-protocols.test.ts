/** Each protocol against a real server: what is sent, and what the answers mean. */
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import * as grpc from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createOtlpSender,
  type OtlpSenderOptions,
  type SendResult,
} from "../../src/deliver/index.ts";
import { toLogRecord, toResource } from "../../src/otel/index.ts";
import { createAuthority, isOpensslMissing } from "../support/certificates.ts";
import { field, startOtlpGrpcSink, varintField } from "../support/otlp-grpc-sink.ts";
import { startOtlpSink } from "../support/otlp-sink.ts";
import { fullRecord } from "../support/records.ts";

const records = () => [toLogRecord(fullRecord, toResource({ "service.name": "trainer" }))];

async function send(options: Partial<OtlpSenderOptions> & { url: string }): Promise<SendResult> {
  const sender = createOtlpSender({
    headers: {},
    protocol: "http/json",
    timeoutMillis: 900,
    ...options,
  });
  const result = await sender.send(records());
  await sender.close();
  return result;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe("HTTP", () => {
  test.each<[status: number, answer: SendResult]>([
    [400, { kind: "refused", message: "HTTP 400: too old", isTooLarge: false }],
    [413, { kind: "refused", message: "HTTP 413: too old", isTooLarge: true }],
    [401, { kind: "failed", message: "HTTP 401: too old" }],
    [404, { kind: "failed", message: "HTTP 404: too old" }],
    [500, { kind: "failed", message: "HTTP 500: too old" }],
    [301, { kind: "failed", message: "HTTP 301: too old" }],
    // The exporter keeps the body of these to itself.
    [429, { kind: "failed", message: "HTTP 429" }],
    [503, { kind: "failed", message: "HTTP 503" }],
  ])("%i", async (status, answer) => {
    const sink = await startOtlpSink();
    sink.answer = () => ({ status, body: '{"code":3,"message":"too old"}' });
    expect(await send({ url: `${sink.url}/v1/logs` })).toEqual(answer);
  });

  test("Retry-After is handed on, in seconds or as a date", async () => {
    for (const header of ["70", new Date(Date.now() + 70_000).toUTCString()]) {
      const port = await listen(
        createServer((_request, response) => {
          response.writeHead(503, { "retry-after": header }).end();
        }),
      );
      const result = await send({ url: `http://127.0.0.1:${port}/v1/logs` });
      expect(result).toMatchObject({ kind: "failed", message: "HTTP 503" });
      const millis = result.kind === "failed" ? (result.retryAfterMillis ?? 0) : 0;
      expect(millis).toBeGreaterThan(5000);
      expect(millis).toBeLessThanOrEqual(70_000);
    }
  });

  test("what the receiver says is masked and cut", async () => {
    const sink = await startOtlpSink();
    sink.answer = () => ({ status: 400, body: `password=hunter2secret\n${"x".repeat(5000)}` });
    const result = await send({ url: `${sink.url}/v1/logs` });
    const message = result.kind === "refused" ? result.message : "";
    expect(message).not.toContain("hunter2");
    expect(message.length).toBeLessThan(330);
    expect(message).not.toContain("\n");
  });

  test("gzip", async () => {
    let body = Buffer.alloc(0);
    let encoding: string | undefined;
    const port = await listen(
      createServer((request, response) => {
        encoding = request.headers["content-encoding"];
        request.on("data", (chunk: Buffer) => (body = Buffer.concat([body, chunk])));
        request.on("end", () => response.end("{}"));
      }),
    );
    const url = `http://127.0.0.1:${port}/v1/logs`;
    expect(await send({ url, compression: "gzip" })).toEqual({ kind: "delivered" });
    expect(encoding).toBe("gzip");
    expect(gunzipSync(body).toString()).toContain("AbCdEfGhIjKlMnOp.7");
  });

  test("nobody there, and an answer of one byte at a time, are failures within the time limit", async () => {
    const closed = createServer();
    const port = await listen(closed);
    closed.close();
    expect(await send({ url: `http://127.0.0.1:${port}/v1/logs` })).toMatchObject({
      kind: "failed",
      message: expect.stringContaining("ECONNREFUSED") as string,
    });

    const trickle: RequestListener = (_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      const timer = setInterval(() => response.write(" "), 100);
      response.on("close", () => clearInterval(timer));
    };
    const slow = await listen(createServer(trickle));
    const started = performance.now();
    const result = await send({ url: `http://127.0.0.1:${slow}/v1/logs`, timeoutMillis: 300 });
    expect(result.kind).toBe("failed");
    // The answer takes 100 s.
    expect(performance.now() - started).toBeLessThan(60_000);
  });
});

/** A google.rpc.Status with a RetryInfo of so many seconds. */
function retryInfo(seconds: number): Buffer {
  const duration = Buffer.concat([
    varintField(1, seconds),
    Buffer.from([2 << 3, 0x80, 0xca, 0xb5, 0xee, 0x01]),
  ]);
  const any = Buffer.concat([
    field(1, "type.googleapis.com/google.rpc.RetryInfo"),
    field(2, field(1, duration)),
  ]);
  return Buffer.concat([varintField(1, 14), field(2, "busy"), field(3, any)]);
}

describe("gRPC", () => {
  const url = (address: string): string => `http://${address}`;

  test("headers arrive, records arrive, and gzip is said", async () => {
    const sink = await startOtlpGrpcSink();
    const headers = { "x-key": "k" };
    for (const compression of ["none", "gzip"] as const) {
      const result = await send({ url: url(sink.address), protocol: "grpc", headers, compression });
      expect(result).toEqual({ kind: "delivered" });
    }
    expect(sink.taken()).toEqual(["AbCdEfGhIjKlMnOp.7", "AbCdEfGhIjKlMnOp.7"]);
    expect(sink.calls()[0]?.metadata.get("x-key")).toEqual(["k"]);
  });

  test.each<[name: string, status: Partial<grpc.StatusObject>, answer: object]>([
    [
      "INVALID_ARGUMENT",
      { code: 3, details: "too old" },
      { kind: "refused", message: "gRPC INVALID_ARGUMENT: too old", isTooLarge: false },
    ],
    [
      "a message that is too large",
      { code: 8, details: "grpc: received message larger than max (9 vs. 4)" },
      { kind: "refused", isTooLarge: true },
    ],
    ["RESOURCE_EXHAUSTED", { code: 8, details: "quota" }, { kind: "failed" }],
    [
      "UNAUTHENTICATED",
      { code: 16, details: "no" },
      { kind: "failed", message: "gRPC UNAUTHENTICATED: no" },
    ],
    ["PERMISSION_DENIED", { code: 7, details: "no" }, { kind: "failed" }],
    ["UNIMPLEMENTED", { code: 12, details: "no" }, { kind: "failed" }],
    ["UNAVAILABLE", { code: 14, details: "no" }, { kind: "failed" }],
  ])("%s", async (_name, status, answer) => {
    const sink = await startOtlpGrpcSink();
    sink.answer = () => status;
    expect(await send({ url: url(sink.address), protocol: "grpc" })).toMatchObject(answer);
  });

  test("an answer that is too large for the client is waited for: halves would change nothing", async () => {
    const sink = await startOtlpGrpcSink();
    sink.answer = () => Buffer.alloc(5 * 1024 * 1024);
    const answer = await send({ url: url(sink.address), protocol: "grpc" });
    expect(answer).toMatchObject({
      kind: "failed",
      message: expect.stringContaining("larger than max") as string,
    });
  });

  test("RetryInfo is handed on", async () => {
    const sink = await startOtlpGrpcSink();
    const metadata = new grpc.Metadata();
    metadata.set("grpc-status-details-bin", retryInfo(3));
    sink.answer = () => ({ code: 14, details: "busy", metadata });
    expect(await send({ url: url(sink.address), protocol: "grpc" })).toEqual({
      kind: "failed",
      message: "gRPC UNAVAILABLE: busy",
      retryAfterMillis: 3500,
    });
  });

  test("a server's own limit on messages is a batch that is too large", async () => {
    const sink = await startOtlpGrpcSink(undefined, { "grpc.max_receive_message_length": 100 });
    expect(await send({ url: url(sink.address), protocol: "grpc" })).toMatchObject({
      kind: "refused",
      isTooLarge: true,
    });
  });

  test("a partial success names how many were rejected", async () => {
    const sink = await startOtlpGrpcSink();
    sink.answer = () => field(1, Buffer.concat([varintField(1, 2), field(2, "odd")]));
    expect(await send({ url: url(sink.address), protocol: "grpc" })).toEqual({
      kind: "rejected",
      count: 2,
      message: "odd",
    });
  });
});

describe.skipIf(isOpensslMissing())("TLS", () => {
  test.each(["http/json", "http/protobuf", "grpc"] as const)(
    "%s: a receiver is checked against the authority, and is shown the client certificate",
    async (protocol) => {
      const authority = createAuthority("tests");
      const other = createAuthority("others");
      const server = authority.issue("/CN=receiver", ["IP.1 = 127.0.0.1"]);
      const own = authority.issue("/CN=ann");
      let url = "";
      let taken = 0;
      if (protocol === "grpc") {
        const pair = [{ private_key: server.key, cert_chain: server.cert }];
        const sink = await startOtlpGrpcSink(
          grpc.ServerCredentials.createSsl(authority.cert, pair, true),
        );
        sink.answer = () => void taken++;
        url = `https://${sink.address}`;
      } else {
        const options = {
          ...server,
          ca: authority.cert,
          requestCert: true,
          rejectUnauthorized: true,
        };
        const port = await listen(
          createTlsServer(options, (request, response) => {
            request.resume().on("end", () => {
              taken++;
              response.end(protocol === "http/json" ? "{}" : "");
            });
          }),
        );
        url = `https://127.0.0.1:${port}/v1/logs`;
      }
      const trusted = { ca: authority.cert, cert: own.cert, key: own.key };
      expect(await send({ url, protocol, tls: trusted })).toEqual({ kind: "delivered" });
      // As it comes from another thread.
      const cloned = structuredClone(trusted);
      expect(await send({ url, protocol, tls: cloned })).toEqual({ kind: "delivered" });
      for (const tls of [{ ...trusted, ca: other.cert }, { ca: authority.cert }]) {
        expect((await send({ url, protocol, tls })).kind).toBe("failed");
      }
      expect(taken).toBe(2);
    },
  );
});
