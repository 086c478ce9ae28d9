/** A receiver of OTLP/HTTP JSON as it is on a bad day: 503, cut connections, cut and slow answers, restarts. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { onTestFinished } from "vitest";
import { createGunzip } from "node:zlib";

/** A sink that keeps what it took, over its own restarts. */
export interface FlakySink {
  readonly url: string;
  /** Ids of all records that it stored, whatever it answered. */
  readonly stored: ReadonlySet<string>;
  /** How often it misbehaved, by the way in which it did. */
  readonly mischief: ReadonlyMap<string, number>;
  /** From now on it takes everything. */
  readonly recover: () => Promise<void>;
  /** Resolves when the condition holds, looked at after every request. */
  readonly until: (holds: () => boolean) => Promise<void>;
}

const RECORD_ID = /"audit\.record\.id","value":\{"stringValue":"([^"]+)"/g;
const SLOW_MILLIS = 800;
const DOWN_MILLIS = 300;

/** Of ten requests, what becomes of each. */
const WAYS = [
  "fine",
  "fine",
  "fine",
  "fine",
  "503",
  "503 after storing",
  "cut before reading",
  "cut after storing",
  "answer cut",
  "slow",
] as const;

/**
 * Starts a sink; it ends with the test.
 *
 * @param random gives numbers from 0 to 1: what becomes of the next request.
 */
export async function startFlakySink(random: () => number): Promise<FlakySink> {
  const stored = new Set<string>();
  const mischief = new Map<string, number>();
  const sockets = new Set<Socket>();
  let waiting: (() => void)[] = [];
  let isWell = false;
  let requests = 0;
  let port = 0;
  let server: Server;

  function store(body: string): void {
    for (const [, id = ""] of body.matchAll(RECORD_ID)) stored.add(id);
    for (const look of waiting) look();
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const way = isWell ? "fine" : (WAYS[Math.floor(random() * WAYS.length)] ?? "fine");
    mischief.set(way, (mischief.get(way) ?? 0) + 1);
    if (way === "cut before reading") return void request.socket.destroy();
    const body = await textOf(request);
    if (way === "503") return void response.writeHead(503).end();
    store(body);
    if (way === "503 after storing") return void response.writeHead(503).end();
    if (way === "cut after storing") return void request.socket.destroy();
    if (way === "answer cut") {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
      response.write('{"partialSuccess":');
      return void setTimeout(() => request.socket.destroy(), 5);
    }
    if (way === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MILLIS));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
    // Every so often the whole program restarts.
    if (!isWell && ++requests % 25 === 0) await restart();
  }

  async function listen(): Promise<void> {
    server = createServer((request, response) => {
      take(request, response).catch(() => request.socket.destroy());
    });
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  }

  function stop(): void {
    server.close();
    for (const socket of sockets) socket.destroy();
  }

  let restarting: Promise<void> = Promise.resolve();
  function restart(): Promise<void> {
    mischief.set("restart", (mischief.get("restart") ?? 0) + 1);
    restarting = (async () => {
      stop();
      await new Promise((resolve) => setTimeout(resolve, DOWN_MILLIS));
      await listen();
    })();
    return restarting;
  }

  await listen();
  onTestFinished(async () => {
    await restarting;
    stop();
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stored,
    mischief,
    async recover() {
      isWell = true;
      await restarting;
    },
    until: (holds) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (!holds()) return;
          waiting = waiting.filter((other) => other !== look);
          resolve();
        };
        waiting.push(look);
        look();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const isZipped = request.headers["content-encoding"] === "gzip";
  const chunks: Buffer[] = [];
  for await (const chunk of isZipped ? request.pipe(createGunzip()) : request)
    chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
