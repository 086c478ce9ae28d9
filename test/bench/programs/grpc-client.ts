/**
 * The client of the gRPC benchmark, the same for every variant: plain HTTP/2 with requests that
 * were encoded before, so that the server is what limits the rate.
 *
 *     grpc-client.ts <port>
 */
import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from "node:http2";
import { join } from "node:path";
import { loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import { answerQuestions } from "../children.ts";
import type { ClientQuestion, Run } from "../grpc-variant.ts";
import { percentile } from "../statistics.ts";

const PROTO = join(import.meta.dirname, "../../../examples/training-service/training.proto");
const SERVICE = "trainer.ExperimentService";
const method = (loadSync(PROTO, { keepCase: true })[SERVICE] as ServiceDefinition)[
  "UpdateParameters"
];
if (method === undefined) throw new Error(`${SERVICE} has no UpdateParameters`);
const { requestSerialize, path } = method;

const HEADERS = {
  [constants.HTTP2_HEADER_METHOD]: "POST",
  [constants.HTTP2_HEADER_PATH]: path,
  [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/grpc",
  [constants.HTTP2_HEADER_TE]: "trailers",
  "user-agent": "grpc-node-js/1.14.7",
  "x-user": "ann",
  "x-user-type": "user",
};

/** Each request changes every value. */
const requests = Array.from({ length: 100 }, (_, at) => {
  const message = requestSerialize({
    experiment_id: "exp-2026-11-resnet",
    parameters: {
      learning_rate: 0.001 * (at + 1),
      batch_size: 32 + at,
      weight_decay: 0.0001 * (at + 1),
      momentum: 0.5 + at / 1000,
    },
    comment: "validation loss has been flat since step 4000",
  });
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
});

const session = connect(`http://127.0.0.1:${process.argv[2] ?? ""}`);
session.on("error", (error) => console.error("connection:", error));
let sent = 0;

/** One call; rejects unless it was answered with a message and OK. */
function call(over: ClientHttp2Session): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stream = over.request(HEADERS);
  let bytes = 0;
  let status: unknown;
  stream.on("data", (chunk: Buffer) => (bytes += chunk.length));
  stream.on("response", (headers) => (status = headers["grpc-status"]));
  stream.on("trailers", (headers: IncomingHttpHeaders) => (status = headers["grpc-status"]));
  stream.on("error", reject);
  stream.on("end", () => {
    if (bytes > 5 && status === "0") resolve();
    else reject(new Error(`call ${sent}: grpc-status ${String(status)}, ${bytes} bytes`));
  });
  stream.end(requests[sent++ % requests.length]);
  return promise;
}

async function run({ concurrency, millis, calls }: ClientQuestion): Promise<Run> {
  const latencies: number[] = [];
  const cpu = process.cpuUsage();
  const busy = performance.eventLoopUtilization();
  const started = performance.now();
  const until = started + millis;
  let left = calls;
  async function lane(): Promise<void> {
    while (left > 0 && performance.now() < until) {
      left--;
      const began = performance.now();
      await call(session);
      latencies.push(performance.now() - began);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    calls: latencies.length,
    seconds,
    p50Millis: percentile(latencies, 0.5),
    p99Millis: percentile(latencies, 0.99),
    cpuMicros: user + system,
    loopBusy: performance.eventLoopUtilization(busy).utilization,
  };
}

answerQuestions(run);
