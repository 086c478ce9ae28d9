// A gRPC service with an open and a closed method; it prints its address and runs until it is ended.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-member-access, typescript/no-unsafe-return */
import * as grpc from "@grpc/grpc-js";

const json = {
  requestSerialize: (value) => Buffer.from(JSON.stringify(value)),
  requestDeserialize: (bytes) => JSON.parse(bytes.toString()),
  responseSerialize: (value) => Buffer.from(JSON.stringify(value)),
  responseDeserialize: (bytes) => JSON.parse(bytes.toString()),
};
const methodOf = (name) => ({
  path: `/probe.Probe/${name}`,
  requestStream: false,
  responseStream: false,
  ...json,
});
const server = new grpc.Server();
const answer = (_call, callback) => callback(null, { fine: true });
server.addService(
  { Open: methodOf("Open"), Closed: methodOf("Closed") },
  { Open: answer, Closed: answer },
);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(`listening on 127.0.0.1:${port}`);
});
process.on("SIGTERM", () => process.exit(0));
