/**
 * A service that is audited twice over: its gRPC calls, and what it records by hand. It does to itself
 * what its parent asks for. Started by test/support/service.ts, which also says what it prints.
 *
 * SERVICE_NAME begins the ids of its records. SERVICE_ENDING=close: it closes its audit log on SIGTERM.
 * SERVICE_SIGNER: see service-signer.ts.
 */
import * as grpc from "@grpc/grpc-js";
import { auditGrpc, createAudit } from "otel-audit";
import { serve } from "../../support/grpc-service.ts";
import { say } from "./say.ts";
import { POLICY } from "./service-policy.ts";
import { FAULTS, watchThreads } from "./service-faults.ts";
import { seal, signAgain } from "./service-signer.ts";

watchThreads();
const name = process.env["SERVICE_NAME"] ?? "service";
const audit = await createAudit({ policy: POLICY, ...(seal === undefined ? {} : { seal }) });
auditGrpc(grpc, audit);

let recorded = 0;
let isStopping = false;

/** One record by hand; says what its promise came to. */
async function recordOne(action: "note_write" | "permission_change"): Promise<void> {
  const id = `${name}-r${++recorded}`;
  const actor = { id: "ann", type: "user" } as const;
  try {
    const { written, synced } = await audit.record(
      action === "note_write"
        ? { action, actor, target: { id }, details: { note: `note ${id}` } }
        : { action, actor, target: { id }, after: { role: "admin" } },
    );
    say(`${synced ? "kept" : written ? "unsynced" : "lost"} ${id}`);
  } catch {
    say(`refused ${id}`);
  }
}

/** Bursts with pauses, until the process ends. */
function keepRecording(burst: number): void {
  if (isStopping) return;
  const records = Array.from({ length: burst }, () => recordOne("note_write"));
  void Promise.all(records).then(() => setTimeout(keepRecording, 15, burst));
}

const COMMANDS: Readonly<Record<string, (value: number) => unknown>> = {
  record: async (count) => {
    const records = Array.from({ length: count }, () => recordOne("note_write"));
    await Promise.all([...records, recordOne("permission_change")]);
  },
  "keep recording": keepRecording,
  health: () => audit.health(),
  flush: () => audit.flush(),
  close: () => audit.close(),
  "sign again": signAgain,
  ...FAULTS,
};

process.on("message", ({ id, command, value }: ServiceRequest) => {
  void (async () => {
    const answer = await COMMANDS[command]?.(value);
    process.send?.({ id, answer });
  })();
});

/** What the parent asks for. */
interface ServiceRequest {
  readonly id: number;
  readonly command: string;
  readonly value: number;
}

const { address, server } = await serve(grpc, {
  Note: { kind: "unary", handler: (_call, callback) => callback(null, {}) },
  Grant: { kind: "unary", handler: (_call, callback) => callback(null, {}) },
});
if (process.env["SERVICE_ENDING"] === "close") {
  process.once("SIGTERM", () => {
    isStopping = true;
    server.tryShutdown(() => void audit.close().then(() => process.disconnect?.()));
  });
}
say(`listening ${address}`);
