/**
 * The training service as a program: an ordinary gRPC server. Not a line of it is about auditing.
 *
 * PORT: where it listens on 127.0.0.1; default 50051, 0 for a free one.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { Experiment } from "./experiment.ts";
import { RoleTable } from "./roles.ts";
import { createTrainingService } from "./service.ts";
import { loadExperimentService } from "./trainer-proto.ts";

const DEFAULT_PORT = "50051";
const EXPERIMENT_ID = "exp-1";
/** Calls that are still open then are cut off. */
const SHUTDOWN_LIMIT_MILLIS = 5_000;

const stopping = new AbortController();
const server = new Server();
server.addService(
  // `defaults: false`: a field that the caller did not send is absent, not 0 or "".
  loadExperimentService({ defaults: false }),
  createTrainingService({
    experiment: new Experiment(EXPERIMENT_ID),
    roles: new RoleTable(),
    stopping: stopping.signal,
  }),
);

server.bindAsync(
  `127.0.0.1:${process.env["PORT"] ?? DEFAULT_PORT}`,
  ServerCredentials.createInsecure(),
  (error, port) => {
    if (error !== null) {
      process.stderr.write(`training service: ${error.message}\n`);
      process.exitCode = 1;
      return;
    }
    process.stdout.write(`training service listening on 127.0.0.1:${port}\n`);
  },
);

process.once("SIGTERM", shutDown);
process.once("SIGINT", shutDown);

/** No new calls; the open ones finish; then nothing keeps the process alive. */
function shutDown(): void {
  stopping.abort();
  setTimeout(() => server.forceShutdown(), SHUTDOWN_LIMIT_MILLIS).unref();
  server.tryShutdown((error) => {
    if (error === undefined) return;
    process.stderr.write(`training service: ${error.message}\n`);
    process.exitCode = 1;
  });
}
