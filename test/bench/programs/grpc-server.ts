/**
 * The server of the gRPC benchmark: one method, and around it what the variant says.
 *
 *     grpc-server.ts <variant> <audit directory>
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as Grpc from "@grpc/grpc-js";
import { loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import { GrpcInstrumentation } from "@opentelemetry/instrumentation-grpc";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace";
import { type Audit, auditGrpc, createAudit, type PolicyDocument } from "otel-audit";
import { answerQuestions } from "../children.ts";
import type { ServerQuestion, ServerUsage } from "../grpc-variant.ts";
import { openUnsealed } from "../unsealed.ts";

const PROTO = join(import.meta.dirname, "../../../examples/training-service/training.proto");
const SERVICE = "trainer.ExperimentService";
const [variant = "", directory = ""] = process.argv.slice(2);

let spans = 0;
const exporter: SpanExporter = {
  export(batch, done) {
    spans += batch.length;
    done({ code: 0 });
  },
  forceFlush: async () => {},
  shutdown: async () => {},
};
const processor = new BatchSpanProcessor({ exporter });
if (variant !== "bare") {
  new NodeSDK({
    instrumentations: [new GrpcInstrumentation()],
    spanProcessors: [processor],
    metricReaders: [],
    logRecordProcessors: [],
    resourceDetectors: [],
  }).start();
}
// The instrumentation sees what is required, after it was started.
const grpc = createRequire(import.meta.url)("@grpc/grpc-js") as typeof Grpc;

const policyOf = (failure: "open" | "closed"): PolicyDocument => ({
  version: 1,
  coverage: "off",
  actor: [{ header: { id: "x-user", type: "x-user-type", from: ["127.0.0.0/8"] } }],
  rules: [
    {
      method: `${SERVICE}/UpdateParameters`,
      level: "request",
      failure,
      actions: [
        {
          action: "hp_change",
          when: { "request.parameters": "present" },
          before: "response.previous",
          after: "request.parameters",
        },
      ],
      target: { type: "experiment", id: "request.experiment_id" },
      outcome: "response.success",
      error: "response.message",
      reason: "request.comment",
    },
  ],
});

let audit: Audit | undefined;
if (variant === "unsealed" || variant === "open" || variant === "closed") {
  const policy = policyOf(variant === "closed" ? "closed" : "open");
  const open = variant === "unsealed" ? openUnsealed : createAudit;
  audit = await open({ directory, policy, service: "trainer" });
  auditGrpc(grpc, audit);
}

interface UpdateRequest {
  readonly experiment_id: string;
  readonly parameters: Readonly<Record<string, number>>;
}
const current: Record<string, number> = {};
let calls = 0;

function updateParameters(
  { request }: Grpc.ServerUnaryCall<UpdateRequest, object>,
  callback: Grpc.sendUnaryData<object>,
): void {
  calls++;
  const previous: Record<string, number> = {};
  for (const [name, value] of Object.entries(request.parameters)) {
    previous[name] = current[name] ?? 0;
    current[name] = value;
  }
  callback(null, { success: true, message: "", previous });
}

const server = new grpc.Server();
const loaded = loadSync(PROTO, { keepCase: true });
server.addService(loaded[SERVICE] as ServiceDefinition, { UpdateParameters: updateParameters });

async function listen(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
    error === null ? resolve(port) : reject(error),
  );
  return promise;
}

/** What is still to be done for the calls so far is done now, and counts. */
async function settle(): Promise<void> {
  await processor.forceFlush();
  await audit?.flush();
}

let busyBefore = performance.eventLoopUtilization();

function usage(): ServerUsage {
  const { user, system } = process.cpuUsage();
  const main = process.threadCpuUsage();
  const { utilization } = performance.eventLoopUtilization(busyBefore);
  busyBefore = performance.eventLoopUtilization();
  return {
    cpuMicros: user + system,
    mainCpuMicros: main.user + main.system,
    loopBusy: utilization,
  };
}

answerQuestions(async ({ kind }: ServerQuestion) => {
  switch (kind) {
    case "listen":
      return { port: await listen() };
    case "usage":
      return usage();
    case "settle":
      return settle();
    case "finish":
      server.forceShutdown();
      await settle();
      await audit?.close();
      return { calls, spans, health: audit?.health() };
  }
});
