/**
 * How fast `otel-audit resend` sends to a receiver that answers at once: a sealed journal of two streams, and
 * OTLP JSON lines of one of them.
 *
 *     npm run bench:resend -- [records of a stream, default 60000]
 *
 * Prints what the command says of itself; asserts nothing, because time is not ours to promise.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { machineLine } from "./machine.ts";
import { runMeasured } from "./measured-process.ts";
import { trailFiles } from "./trail-files.ts";

const COMMAND = join(import.meta.dirname, "../../dist/cli/main.js");
const MAKE_TRAIL = join(import.meta.dirname, "programs/make-trail.ts");
const run = promisify(execFile);

const events = process.argv[2] ?? "60000";
const directory = mkdtempSync(join(tmpdir(), "otel-audit-bench-"));
// The key is not to stand among the user's own.
process.env["XDG_STATE_HOME"] = join(directory, "state");
const server = createServer((request, response) => {
  const type = request.headers["content-type"] ?? "";
  request.resume().on("end", () => {
    response.writeHead(200, { "content-type": type }).end(type.includes("json") ? "{}" : "");
  });
}).listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
const port = typeof address === "object" && address !== null ? address.port : 0;
try {
  const { audit, otlp } = trailFiles(directory);
  // Each run of a service is a stream.
  for (let stream = 0; stream < 2; stream++) await runMeasured([MAKE_TRAIL, directory, events]);
  console.log(machineLine(directory));
  for (const [name, path] of [
    ["journal", audit],
    ["OTLP JSON lines", otlp],
  ] as const) {
    for (const protocol of ["http/json", "http/protobuf"]) {
      const to = ["--endpoint", `http://127.0.0.1:${port}`, "--protocol", protocol];
      const { stdout } = await run(process.execPath, [COMMAND, "resend", path, ...to]);
      console.log(`${name}, ${protocol}: ${stdout.trim()}`);
    }
  }
} finally {
  server.close();
  rmSync(directory, { recursive: true, force: true });
}
