// An ESM application without any audit code. MODE says what it does.
// JavaScript on purpose: what `require` and untyped imports give has no types to check.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-member-access, typescript/no-unsafe-return */
import * as grpc from "@grpc/grpc-js";
import { Worker } from "node:worker_threads";

const json = {
  requestSerialize: (value) => Buffer.from(JSON.stringify(value)),
  requestDeserialize: (bytes) => JSON.parse(bytes.toString()),
  responseSerialize: (value) => Buffer.from(JSON.stringify(value)),
  responseDeserialize: (bytes) => JSON.parse(bytes.toString()),
};
const definition = {
  Do: { path: "/probe.Probe/Do", requestStream: false, responseStream: false, ...json },
};

if (process.env.MODE === "worker") {
  const worker = new Worker("1 + 1", { eval: true });
  await new Promise((resolve) => worker.once("exit", resolve));
}
const server = new grpc.Server();
server.addService(definition, { Do: (_call, callback) => callback(null, { fine: true }) });
const port = await new Promise((resolve, reject) => {
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
    error === null ? resolve(bound) : reject(error),
  );
});
console.log("listening");
const Client = grpc.makeGenericClientConstructor(definition, "probe.Probe");
const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
const reply = await new Promise((resolve, reject) => {
  client.Do({}, (error, value) => (error === null ? resolve(value) : reject(error)));
});
console.log(`answered ${JSON.stringify(reply)}`);
client.close();
server.forceShutdown();
