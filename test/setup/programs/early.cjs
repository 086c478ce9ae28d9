// Preloaded before otel-audit: loads grpc-js and adds a service too early.
// JavaScript on purpose: what `require` and untyped imports give has no types to check.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-member-access, typescript/no-unsafe-return */
const grpc = require("@grpc/grpc-js");

const json = {
  requestSerialize: (value) => Buffer.from(JSON.stringify(value)),
  requestDeserialize: (bytes) => JSON.parse(bytes.toString()),
  responseSerialize: (value) => Buffer.from(JSON.stringify(value)),
  responseDeserialize: (bytes) => JSON.parse(bytes.toString()),
};
globalThis.earlyServer = new grpc.Server();
globalThis.earlyServer.addService(
  { Do: { path: "/probe.Probe/Do", requestStream: false, responseStream: false, ...json } },
  { Do: (_call, callback) => callback(null, { fine: true }) },
);
