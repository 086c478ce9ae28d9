/** A service whose callers and handlers put secrets into every place they can reach. */
import * as grpc from "@grpc/grpc-js";
import { currentAudit } from "otel-audit";

const leak = process.env["LEAK"] ?? "";
const json = {
  requestSerialize: (value: object) => Buffer.from(JSON.stringify(value)),
  requestDeserialize: (bytes: Buffer) => JSON.parse(bytes.toString()) as object,
  responseSerialize: (value: object) => Buffer.from(JSON.stringify(value)),
  responseDeserialize: (bytes: Buffer) => JSON.parse(bytes.toString()) as object,
};
const method = (name: string, responseStream = false) => ({
  path: `/leaky.Service/${name}`,
  requestStream: false,
  responseStream,
  ...json,
});
const definition = {
  Say: method("Say"),
  Fail: method("Fail"),
  Throw: method("Throw"),
  Stream: method("Stream", true),
};

const server = new grpc.Server();
server.addService(definition, {
  Say(_call: unknown, callback: grpc.sendUnaryData<object>) {
    currentAudit()?.set({
      before: { password: leak, text: leak },
      after: { text: `${leak}!`, [leak]: "in a key" },
      reason: leak,
      target: { type: "thing", id: leak },
      details: { anything: [{ deep: leak }] },
    });
    callback(null, { echo: leak });
  },
  Fail(_call: unknown, callback: grpc.sendUnaryData<object>) {
    callback({ code: grpc.status.INTERNAL, message: leak, details: leak });
  },
  Throw() {
    throw new Error(leak);
  },
  Stream(call: grpc.ServerWritableStream<object, object>) {
    call.write({ echo: leak });
    call.emit("error", { code: grpc.status.PERMISSION_DENIED, details: leak, message: leak });
  },
});

const port = await new Promise<number>((resolve, reject) => {
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
    error === null ? resolve(bound) : reject(error),
  );
});
const Client = grpc.makeGenericClientConstructor(definition, "leaky.Service");
const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
const metadata = new grpc.Metadata();
metadata.set("authorization", "Bearer mF_9.B5f-4.1JqM");
metadata.set("x-note", "password=hunter2-Zq9");

for (const name of ["Say", "Fail", "Throw"]) {
  await new Promise<void>((resolve) => {
    client.makeUnaryRequest(
      `/leaky.Service/${name}`,
      json.requestSerialize,
      json.responseDeserialize,
      { text: leak },
      metadata,
      () => resolve(),
    );
  });
}
await new Promise<void>((resolve) => {
  client
    .makeServerStreamRequest(
      "/leaky.Service/Stream",
      json.requestSerialize,
      json.responseDeserialize,
      { text: leak },
      metadata,
    )
    .on("data", () => {})
    .on("error", () => resolve());
});
console.log("calls done");
setInterval(() => {}, 60_000);
