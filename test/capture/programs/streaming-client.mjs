/** Calls probe.Probe/Do and never ends the call: somebody kills this process. */
import grpc from "@grpc/grpc-js";

const [address, kind] = process.argv.slice(2);
const client = new grpc.Client(address, grpc.credentials.createInsecure());
const write = (value) => Buffer.from(JSON.stringify(value));
const read = (bytes) => JSON.parse(bytes.toString());
const path = "/probe.Probe/Do";
if (kind === "serverStream")
  client.makeServerStreamRequest(path, write, read, {}).on("data", () => {});
else if (kind === "bidi") client.makeBidiStreamRequest(path, write, read).write({ a: 1 });
else client.makeClientStreamRequest(path, write, read, () => {}).write({ a: 1 });
