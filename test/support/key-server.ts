/** A real HTTP(S) server of a JWK set, and keys that sign tokens. */
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { onTestFinished } from "vitest";

/** A key pair of a test. */
export interface SigningKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly sign: (
    claims: JWTPayload,
    header?: Readonly<Record<string, unknown>>,
  ) => Promise<string>;
}

/** Makes a key pair that signs with an algorithm. */
export async function signingKey(algorithm: string, kid: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    kid,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: "sig" },
    sign: (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid, ...header }).sign(privateKey),
  };
}

/** A server of keys. */
export interface KeyServer {
  readonly url: string;
  readonly port: number;
  /** How often it was asked. */
  readonly requests: () => number;
  readonly answerWith: (answer: KeyAnswer) => void;
  /** Resolves with the next request, when it has been answered. */
  readonly nextRequest: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What it answers. */
export type KeyAnswer =
  | readonly JWK[]
  | { readonly status: number; readonly body?: string; readonly location?: string };

/** Starts a server on a port of its own, or a given one. */
export async function serveKeys(
  keys: KeyAnswer,
  options: { readonly port?: number; readonly tls?: { key: Buffer; cert: Buffer } } = {},
): Promise<KeyServer> {
  let answer = keys;
  let requests = 0;
  let waiting: (() => void)[] = [];
  const handle: Parameters<typeof createServer>[1] = (_request, response) => {
    requests++;
    const { status, body, location } =
      "status" in answer
        ? answer
        : { status: 200, body: JSON.stringify({ keys: answer }), location: undefined };
    response.writeHead(status, location === undefined ? {} : { location });
    response.end(body);
    response.on("close", () => {
      for (const next of waiting) next();
      waiting = [];
    });
  };
  const server: Server =
    options.tls === undefined ? createServer(handle) : createTlsServer(options.tls, handle);
  await new Promise<void>((listening) => server.listen(options.port ?? 0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  onTestFinished(close);
  return {
    url: `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}/jwks.json?tenant=1`,
    port,
    requests: () => requests,
    answerWith(next) {
      answer = next;
    },
    nextRequest: () => new Promise((next) => waiting.push(next)),
    close,
  };
}
