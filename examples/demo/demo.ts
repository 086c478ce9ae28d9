/**
 * The demo: a training service without audit code, a session of two people and an agent, and what
 * the audit trail knows about it afterwards.
 *
 * In: nothing but `--output DIR`. Out: the trail on stdout and in ./demo-output/; exit 0 only if
 * every claim that is printed was checked.
 */
import { join } from "node:path";
import { expectMasked, searchSecrets } from "./check-secrets.ts";
import { expectSharedTraces, printedSpans, spanOf } from "./check-traces.ts";
import { shownPath } from "./paths.ts";
import { runDemo, type Stage } from "./run-demo.ts";
import { endService, startAuditedService } from "./server-process.ts";
import { playSession } from "./session.ts";
import { showProof } from "./show-proof.ts";
import { tableOf } from "./show-trail.ts";
import { print, printHeading } from "./show.ts";
import { agentsChange, noteWithSecrets, readTrail, resultsOf, type TrailEntry } from "./trail.ts";

await runDemo(
  {
    command: "npm run demo --",
    summary: "Plays a session at an audited gRPC service and shows its audit trail.",
  },
  demo,
);

async function demo({ programs, output }: Stage): Promise<void> {
  const auditDirectory = join(output, "audit");
  const logFile = join(output, "server.log");
  const stateDirectory = join(output, "state");
  const service = await startAuditedService(programs, {
    auditDirectory,
    logFile,
    // The signing key is made there: a demo leaves nothing in the user's own.
    env: { XDG_STATE_HOME: stateDirectory },
  });
  print(
    "A training service runs that has no audit code: node --import otel-audit/register server.ts",
  );
  print("ann (admin), bob (annotator) and tuner (an agent) work at it over gRPC.");
  await playSession(service.address);
  await endService(service);

  const trail = await readTrail(auditDirectory);
  const results = resultsOf(trail).map(({ flat }) => flat);
  printHeading(`The trail: ${results.length} actions`);
  print(tableOf(results));
  print("(Reading metrics left no row: examples/training-service/audit.yaml exempts it.)");

  printHeading("One of them in full, with before and after");
  print(JSON.stringify(agentsChange(trail).flat, undefined, 2));

  showFiles(trail, auditDirectory, logFile);
  showSecrets(trail, output);
  showTrace(trail, service.output());
  showProof(trail, {
    auditDirectory,
    publicKey: join(stateDirectory, "otel-audit/signing-key.pub"),
    tampered: join(output, "tampered"),
  });
}

function showFiles(trail: readonly TrailEntry[], auditDirectory: string, logFile: string): void {
  printHeading("The files");
  const files = [
    ...[...new Set(trail.map(({ file }) => file))].map((file) => [
      file,
      "the journal: written before the caller has its answer",
    ]),
    [join(auditDirectory, "audit_log.json"), "newest first"],
    [join(auditDirectory, "audit_log.csv"), "for spreadsheets"],
    [
      join(auditDirectory, "audit_checkpoints.jsonl"),
      "what proves the two, where they are copied to",
    ],
    [logFile, "the service's own output, with the spans of OpenTelemetry"],
  ];
  for (const [file = "", what = ""] of files) print(`  ${shownPath(file)}   ${what}`);
}

function showSecrets(trail: readonly TrailEntry[], output: string): void {
  printHeading("What was not written");
  const note = JSON.stringify(noteWithSecrets(trail).flat.details["after"]);
  expectMasked("the note in the journal", note);
  const { files, bytes } = searchSecrets(output);
  print("  bob's note held an AWS key and a password. Recorded was:");
  print(`  ${note}`);
  print(`  Neither secret is in any file: searched ${files} files, ${bytes} bytes.`);
}

function showTrace(trail: readonly TrailEntry[], serverOutput: string): void {
  const results = resultsOf(trail).map(({ flat }) => flat);
  const spans = printedSpans(serverOutput);
  expectSharedTraces(results, spans);
  const { flat } = agentsChange(trail);
  const span = spanOf(flat, spans);
  printHeading("The same call in the traces");
  print(`  record ${flat.record_id}  ${flat.action_type}   trace ${flat.trace_id ?? ""}`);
  print(`  span   ${span.spanId}  ${span.name}   trace ${span.traceId}`);
  print(`  All ${results.length} records carry the trace id and the span id of their call's span.`);
}
