/**
 * A gRPC service with spans and logs of its own. Not a line of it is about auditing.
 *
 * PORT: default 50053, 0 for a free one.
 */
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import { loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import { logs, trace } from "@opentelemetry/api";

const logger = logs.getLogger("inventory");
const tracer = trace.getTracer("inventory");
const stock = new Map([["nut", 10]]);

interface TakeRequest {
  readonly item_id: string;
  readonly count: number;
}

function take(
  { request }: grpc.ServerUnaryCall<TakeRequest, object>,
  callback: grpc.sendUnaryData<object>,
): void {
  tracer.startActiveSpan("count the stock", (span) => {
    const left = (stock.get(request.item_id) ?? 0) - request.count;
    logger.emit({ severityText: "INFO", body: `${request.count} of ${request.item_id} taken` });
    span.end();
    if (left < 0) {
      callback({ code: grpc.status.FAILED_PRECONDITION, details: "not enough in stock" });
      return;
    }
    stock.set(request.item_id, left);
    callback(null, { left });
  });
}

const proto = fileURLToPath(new URL("inventory.proto", import.meta.url));
const loaded = loadSync(proto, { keepCase: true, defaults: true });
const server = new grpc.Server();
server.addService(loaded["inventory.Inventory"] as ServiceDefinition, { Take: take });
server.bindAsync(
  `127.0.0.1:${process.env["PORT"] ?? "50053"}`,
  grpc.ServerCredentials.createInsecure(),
  (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`inventory service listening on 127.0.0.1:${port}\n`);
  },
);

process.once("SIGTERM", () => server.tryShutdown(() => {}));
