// Answers one call, then ends as MODE says.
import * as grpc from "@grpc/grpc-js";

const json = {
  requestSerialize: (value) => Buffer.from(JSON.stringify(value)),
  requestDeserialize: (bytes) => JSON.parse(bytes.toString()),
  responseSerialize: (value) => Buffer.from(JSON.stringify(value)),
  responseDeserialize: (bytes) => JSON.parse(bytes.toString()),
};
const definition = {
  Do: { path: "/probe.Probe/Do", requestStream: false, responseStream: false, ...json },
};
const mode = process.env.MODE;
if (mode === "listener") {
  process.on("unhandledRejection", (reason) => console.log(`seen: ${reason.message}`));
}
if (mode === "handler") process.on("SIGTERM", () => process.exit(7));

const server = new grpc.Server();
server.addService(definition, { Do: (_call, callback) => callback(null, { fine: true }) });
const port = await new Promise((resolve, reject) => {
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
    error === null ? resolve(bound) : reject(error),
  );
});
const Client = grpc.makeGenericClientConstructor(definition, "probe.Probe");
const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
await new Promise((resolve) => {
  client.Do({}, resolve);
});
const events = process.eventNames().map(String);
console.log(
  `answered; listeners: ${events
    .filter((name) => name !== "exit")
    .toSorted()
    .join(" ")}`,
);

function end() {
  client.close();
  server.forceShutdown();
}

switch (mode) {
  case "end":
    end();
    break;
  case "exit":
    process.exit(3);
    break;
  case "exitCode":
    process.exitCode = 4;
    end();
    break;
  case "throw":
    setTimeout(() => {
      throw new Error("boom");
    });
    break;
  case "reject":
    void Promise.reject(new Error("boom"));
    break;
  case "listener":
    void Promise.reject(new Error("boom"));
    setTimeout(end, 1);
    break;
  case "signal":
  case "handler":
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => {}, 60_000);
    break;
  default:
    throw new Error(`unknown MODE ${mode}`);
}
