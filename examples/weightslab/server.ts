/**
 * The WeightsLab interface, audited. PORT: where it listens on 127.0.0.1; default 50051, 0 for a free
 * one. AUDIT_LOG_DIR: where the trail goes.
 */
import * as grpc from "@grpc/grpc-js";
import { loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import { auditGrpc, createAudit } from "otel-audit";
import { fileURLToPath } from "node:url";
import { WEIGHTSLAB_ACTIONS } from "./actions.ts";
import { Lab } from "./lab.ts";
import { createLabService } from "./service.ts";

const inThisFolder = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function loadDefinition(): ServiceDefinition {
  const loaded = loadSync(inThisFolder("experiment_service.proto"), {
    keepCase: true,
    longs: Number,
    enums: String,
    // audit.yaml is written for these two: what was not sent is absent, and what was sent is named.
    defaults: false,
    oneofs: true,
  });
  return loaded["ExperimentService"] as ServiceDefinition;
}

const audit = await createAudit({
  policy: inThisFolder("audit.yaml"),
  actions: WEIGHTSLAB_ACTIONS,
});
auditGrpc(grpc, audit);

const definition = loadDefinition();
const server = new grpc.Server();
server.addService(definition, createLabService(definition, new Lab()));
server.bindAsync(
  `127.0.0.1:${process.env["PORT"] ?? "50051"}`,
  grpc.ServerCredentials.createInsecure(),
  (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`weightslab service listening on 127.0.0.1:${port}\n`);
  },
);

process.once("SIGTERM", stop);
process.once("SIGINT", stop);

function stop(): void {
  server.tryShutdown(() => void audit.close());
}
