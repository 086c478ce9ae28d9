/** A service that was added to its server before the audit log was opened. */
import * as grpc from "@grpc/grpc-js";
import { auditGrpc, createAudit } from "otel-audit";
import { expect, onTestFinished, test } from "vitest";
import { call } from "../support/grpc-service.ts";
import { recordsIn } from "../support/journal-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("auditGrpc after addService, before bindAsync: every call is recorded", async () => {
  const server = new grpc.Server();
  const bytes = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  const parse = (text: Buffer): object => JSON.parse(text.toString()) as object;
  const method = {
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: parse,
    responseSerialize: bytes,
    responseDeserialize: parse,
  };
  server.addService(
    { Do: { ...method, path: "/probe.Probe/Do" }, No: { ...method, path: "/probe.Probe/No" } },
    { Do: (_: unknown, callback: grpc.sendUnaryData<object>) => callback(null, { a: 1 }) },
  );
  const audit = await createAudit({
    directory: temporaryDirectory(),
    format: "journal",
    policy: { version: 1 },
  });
  onTestFinished(() => audit.close());
  auditGrpc(grpc, audit);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  onTestFinished(() => server.forceShutdown());

  const done = await call(grpc, `127.0.0.1:${port}`, "Do", "unary");
  const refused = await call(grpc, `127.0.0.1:${port}`, "No", "unary");
  expect([done.code, refused.code]).toEqual([grpc.status.OK, grpc.status.UNIMPLEMENTED]);
  expect(
    recordsIn(audit.directory).map(({ attributes }) => [
      attributes["rpc.method"],
      attributes["rpc.status_code"],
    ]),
  ).toEqual([
    ["probe.Probe/Do", "OK"],
    ["probe.Probe/No", "UNIMPLEMENTED"],
  ]);
});
