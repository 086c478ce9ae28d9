/**
 * Writes one stream: what a service says itself, and what its gRPC calls say.
 *
 * Arguments: the audit directory, the key file, how it ends (`close`, or `kill`: by its own hand), the
 * name of its service (default `trainer`), and how many streams have to need no look any more before it
 * ends (default 0).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { auditGrpc, createAudit } from "otel-audit";
import { POLICY } from "../../crash/programs/service-policy.ts";
import { call, serve } from "../../support/grpc-service.ts";

const [directory = "", keyFile = "", ending = "close", service = "trainer", streams = "0"] =
  process.argv.slice(2);
const audit = await createAudit({
  directory,
  service,
  format: "both",
  policy: POLICY,
  seal: { keyFile },
});
auditGrpc(grpc, audit);

const { address, close } = await serve(grpc, {
  Note: { kind: "unary", handler: (_call, answer) => answer(null, {}) },
  Grant: { kind: "unary", handler: (_call, answer) => answer(null, {}) },
});
await call(grpc, address, "Note", "unary", { messages: [{ id: "note-1" }] });
await call(grpc, address, "Grant", "unary", { messages: [{ id: "bob" }] });
close();
await audit.flush();
await audit.record({
  action: "hp_change",
  actor: { id: "ann", type: "user" },
  target: { type: "experiment", id: "run-7" },
  reason: "loss is José's",
  before: { lr: 0.001, batch: 32, tags: ["hard", "new"] },
  after: { lr: 0.01, batch: 64, tags: ["hard"] },
  details: { trace: "loss", enabled: true, ratio: 1, nothing: null },
});
await audit.record({
  action: "note_write",
  actor: { id: "bob", type: "user" },
  target: { type: "sample", id: "s-1" },
  outcome: "failure",
  error: "disk of sample s-1 is full",
  details: { note: "look again" },
});
await audit.flush();
for (const name of ["s-2", "s-3"]) {
  await audit.record({
    action: "note_write",
    actor: { id: "cyd", type: "user" },
    target: { type: "sample", id: name },
    details: { note: `about ${name}` },
  });
}

/** Streams that were closed or adopted. */
function remembered(): number {
  try {
    const text = readFileSync(join(directory, "state", "adopted.json"), "utf8");
    return (JSON.parse(text) as { streams: string[] }).streams.length;
  } catch {
    return 0;
  }
}

/** A service that is killed leaves what it recorded last without a checkpoint. */
async function end(): Promise<void> {
  if (ending === "kill") process.kill(process.pid, "SIGKILL");
  await audit.close();
  console.log(audit.stream);
}

const looking = setInterval(() => {
  if (remembered() < Number(streams)) return;
  clearInterval(looking);
  void end();
}, 20);
