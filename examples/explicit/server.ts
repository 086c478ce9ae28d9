/**
 * A gRPC service that audits itself: createAudit, auditGrpc, and a job with around and deny.
 *
 * AUDIT_LOG_DIR: where the trail goes. PORT: default 50052, 0 for a free one.
 */
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import { loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import { auditGrpc, createAudit } from "otel-audit";
import { createAccessService } from "./access-service.ts";
import { datasetPublish } from "./actions.ts";
import { purgeOldDatasets } from "./nightly-purge.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const audit = await createAudit({
  directory: process.env["AUDIT_LOG_DIR"] ?? "./audit",
  policy: here("audit.yaml"),
  actions: [datasetPublish],
  service: "access",
});
// Before addService.
auditGrpc(grpc, audit);

const loaded = loadSync(here("access.proto"), { keepCase: true, defaults: true });
const server = new grpc.Server();
server.addService(
  loaded["access.Access"] as ServiceDefinition,
  createAccessService(new Map([["ann", "admin"]])),
);

await purgeOldDatasets(audit, [
  { id: "d-1", samples: 3, isOnHold: false },
  { id: "d-2", samples: 5, isOnHold: true },
]);

server.bindAsync(
  `127.0.0.1:${process.env["PORT"] ?? "50052"}`,
  grpc.ServerCredentials.createInsecure(),
  (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`access service listening on 127.0.0.1:${port}\n`);
  },
);

process.once("SIGTERM", () => {
  server.tryShutdown(() => void audit.close());
});
