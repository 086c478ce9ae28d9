// Serves nothing. WITH=grpc: but calls somebody, as a client does.
let grpc;
if (process.env.WITH === "grpc") {
  grpc = await import("@grpc/grpc-js");
  const client = new grpc.Client("127.0.0.1:1", grpc.credentials.createInsecure());
  await new Promise((resolve) => {
    const toBytes = (text) => Buffer.from(text);
    client.makeUnaryRequest("/t.S/M", toBytes, String, "x", () => resolve());
  });
  client.close();
}
const { header, workers, libuv } = process.report.getReport();
console.log(
  JSON.stringify({
    resources: process.getActiveResourcesInfo().toSorted(),
    events: process.eventNames().map(String).toSorted(),
    threads: workers.length,
    timers: libuv.filter(({ type, is_active: isActive }) => type === "timer" && isActive).length,
    title: header.event,
  }),
);
