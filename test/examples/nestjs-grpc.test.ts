/** A Nest application that knows nothing of an audit trail has one. */
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { expect, test } from "vitest";
import { recordsIn } from "../support/journal-records.ts";
import { startProgram } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const example = join(import.meta.dirname, "../../examples/nestjs-grpc");

/** Nest does not say which port it got: it is given one that was free a moment ago. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return String(typeof address === "object" ? address?.port : "");
}

test("examples/nestjs-grpc is audited with zero code", async () => {
  const directory = temporaryDirectory();
  const server = await startProgram("examples/nestjs-grpc/server.ts", {
    nodeArgs: ["--import", "otel-audit/register"],
    env: {
      PORT: await freePort(),
      AUDIT_LOG_DIR: directory,
      AUDIT_POLICY_FILE: join(example, "audit.yaml"),
    },
    ready: /listening on (127\.0\.0\.1:\d+)/,
  });
  const loaded = grpc.loadPackageDefinition(loadSync(join(example, "heroes.proto"))) as unknown as {
    readonly heroes: { readonly HeroesService: grpc.ServiceClientConstructor };
  };
  const client = new loaded.heroes.HeroesService(server.ready, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  metadata.set("x-user", "ann");
  const call = async (method: string, request: object): Promise<unknown> => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    client[method]?.(request, metadata, (error: grpc.ServiceError | null, reply?: object) =>
      resolve(error === null ? reply : error.code),
    );
    return promise;
  };
  expect(await call("Rename", { id: 1, name: "Jane" })).toEqual({ id: 1, name: "Jane" });
  expect(await call("Rename", { id: 7, name: "Nobody" })).toBe(grpc.status.NOT_FOUND);
  expect(await call("FindOne", { id: 1 })).toEqual({ id: 1, name: "Jane" });
  client.close();
  await server.end("SIGTERM");
  expect(
    recordsIn(directory).map(({ attributes, body }) => [
      attributes["audit.record.kind"],
      attributes["audit.action"],
      attributes["audit.actor.id"],
      attributes["audit.target.id"],
      attributes["audit.outcome"],
      attributes["exception.message"],
      body["after"],
    ]),
  ).toEqual([
    ["intent", "user_update", "ann", "1", "unknown", undefined, { name: "Jane" }],
    ["result", "user_update", "ann", "1", "success", undefined, { name: "Jane" }],
    ["intent", "user_update", "ann", "7", "unknown", undefined, { name: "Nobody" }],
    ["result", "user_update", "ann", "7", "failure", "no hero 7", { name: "Nobody" }],
  ]);
});
