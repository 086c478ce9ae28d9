/** Two members of a cluster record to one directory; what they say goes on to whoever started this. */
import cluster from "node:cluster";
import { once } from "node:events";

const [directory = "", count = ""] = process.argv.slice(2);
cluster.setupPrimary({
  exec: new URL("writer.ts", import.meta.url).pathname,
  args: [directory, count],
  execArgv: ["-C", "@otel-audit/source"],
});
const members = [cluster.fork(), cluster.fork()];
for (const member of members) member.on("message", (message) => process.send?.(message));
await once(process, "message");
for (const member of members) member.send("end");
await Promise.all(members.map((member) => once(member, "exit")));
process.disconnect();
