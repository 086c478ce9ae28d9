/**
 * The WeightsLab interface. It knows nothing of auditing: start it with `--import otel-audit/register`.
 * PORT: where it listens on 127.0.0.1; default 50051, 0 for a free one.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import { fileURLToPath } from "node:url";
import { Lab } from "./lab.ts";
import { createLabService } from "./service.ts";

function loadDefinition(): ServiceDefinition {
  const path = fileURLToPath(new URL("experiment_service.proto", import.meta.url));
  const loaded = loadSync(path, {
    keepCase: true,
    longs: Number,
    enums: String,
    // What was not sent is absent; audit.yaml does not depend on it.
    defaults: false,
  });
  return loaded["ExperimentService"] as ServiceDefinition;
}

const definition = loadDefinition();
const server = new Server();
server.addService(definition, createLabService(definition, new Lab()));
server.bindAsync(
  `127.0.0.1:${process.env["PORT"] ?? "50051"}`,
  ServerCredentials.createInsecure(),
  (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`weightslab service listening on 127.0.0.1:${port}\n`);
  },
);

process.once("SIGTERM", stop);
process.once("SIGINT", stop);

/** The audit log closes with the process, when the last connection is gone. */
function stop(): void {
  server.tryShutdown(() => {});
}
