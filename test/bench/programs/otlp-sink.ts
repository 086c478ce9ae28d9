/**
 * A receiver of OTLP/HTTP JSON that can be dead for a while. Bodies are kept as they come and looked
 * at when somebody asks, so that it costs next to nothing while something is measured.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { answerQuestions } from "../children.ts";
import type { SinkQuestion } from "../logger-process.ts";

/** The numbers in `step`, wherever it stands in a record. */
const STEP = /"key":"step","value":\{"(?:int|double)Value":"?(\d+)/g;

let port = 0;
let bodies: Buffer[] = [];
const steps = new Set<number>();
let records = 0;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("error", () => {});
  request.on("end", () => {
    bodies.push(...(chunks.length === 1 ? chunks : [Buffer.concat(chunks)]));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
});
let connections = 0;
let whenQuiet = Promise.withResolvers<void>();
server.on("connection", (socket) => {
  connections++;
  socket.once("close", () => {
    connections--;
    if (connections > 0) return;
    whenQuiet.resolve();
    whenQuiet = Promise.withResolvers();
  });
});

async function up(): Promise<{ url: string }> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}` };
}

async function down(): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

function found(): { steps: readonly number[]; records: number } {
  for (const body of bodies) {
    for (const [, step] of body.toString().matchAll(STEP)) {
      steps.add(Number(step));
      records++;
    }
  }
  bodies = [];
  return { steps: [...steps], records };
}

answerQuestions(async ({ kind }: SinkQuestion) => {
  switch (kind) {
    case "up":
      return up();
    case "down":
      return down();
    case "quiet":
      return connections === 0 ? undefined : whenQuiet.promise;
    case "found":
      return found();
  }
});
