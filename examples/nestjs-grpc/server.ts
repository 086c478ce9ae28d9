/**
 * A Nest microservice over gRPC. Not a line of it is about auditing.
 *
 * PORT: default 50054.
 */
// oxlint-disable-next-line import/no-unassigned-import -- Nest wants it first
import "reflect-metadata";
import { fileURLToPath } from "node:url";
import { NestFactory } from "@nestjs/core";
import { type GrpcOptions, Transport } from "@nestjs/microservices";
import { AppModule } from "./app.module.ts";

const url = `127.0.0.1:${process.env["PORT"] ?? "50054"}`;
const app = await NestFactory.createMicroservice<GrpcOptions>(AppModule, {
  transport: Transport.GRPC,
  logger: ["error", "warn"],
  options: {
    package: "heroes",
    protoPath: fileURLToPath(new URL("heroes.proto", import.meta.url)),
    url,
  },
});
app.enableShutdownHooks();
await app.listen();
process.stdout.write(`heroes listening on ${url}\n`);
