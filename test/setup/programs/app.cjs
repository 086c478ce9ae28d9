// A CommonJS application without any audit code.
// JavaScript on purpose: what `require` and untyped imports give has no types to check.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-member-access, typescript/no-unsafe-return */
const grpc = require("@grpc/grpc-js");

const json = {
  requestSerialize: (value) => Buffer.from(JSON.stringify(value)),
  requestDeserialize: (bytes) => JSON.parse(bytes.toString()),
  responseSerialize: (value) => Buffer.from(JSON.stringify(value)),
  responseDeserialize: (bytes) => JSON.parse(bytes.toString()),
};
const definition = {
  Do: { path: "/probe.Probe/Do", requestStream: false, responseStream: false, ...json },
};
const server = globalThis.earlyServer ?? new grpc.Server();
if (globalThis.earlyServer === undefined) {
  server.addService(definition, { Do: (_call, callback) => callback(null, { fine: true }) });
}
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log("listening");
  const Client = grpc.makeGenericClientConstructor(definition, "probe.Probe");
  const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  client.Do({}, (failure, value) => {
    if (failure) throw failure;
    console.log(`answered ${JSON.stringify(value)}`);
    client.close();
    server.forceShutdown();
  });
});
