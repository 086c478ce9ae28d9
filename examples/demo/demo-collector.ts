/**
 * The demo with everything behind the service: journal, Collector, and a real backend.
 *
 * In: nothing but `--output DIR`; Go 1.26 for the first run. Out: one event as it stands in each
 * place, and exit 0 only if every record is in every place that it belongs to.
 */
import { join } from "node:path";
import { expectMasked, refuseSecrets, searchSecrets } from "./check-secrets.ts";
import { type CollectorPipeline, startCollectorPipeline } from "./collector-pipeline.ts";
import { type PlacedRecord, type Places, readPlaces } from "./collector-places.ts";
import { shownPath } from "./paths.ts";
import { runDemo, type Stage } from "./run-demo.ts";
import { endService, startAuditedService } from "./server-process.ts";
import { playSession } from "./session.ts";
import { look, print, printHeading } from "./show.ts";
import { journalLine, noteWithSecrets, readTrail, resultsOf, type TrailEntry } from "./trail.ts";
import { waitUntil } from "./wait-until.ts";

/** From the last call until every record is everywhere; usually a second. */
const DELIVERY_LIMIT_MILLIS = 60_000;

await runDemo(
  {
    command: "npm run demo:collector --",
    summary:
      "Plays the session of `npm run demo` and follows it through a Collector into VictoriaLogs.\n" +
      "The first run builds both, which needs Go 1.26 or newer and takes minutes.",
  },
  demo,
);

async function demo({ programs, output }: Stage): Promise<void> {
  const pipeline = await startCollectorPipeline(programs, output);
  const auditDirectory = join(output, "audit");
  const service = await startAuditedService(programs, {
    auditDirectory,
    logFile: join(output, "server.log"),
    env: { AUDIT_OTLP_ENDPOINT: pipeline.endpoint },
  });
  print(`The training service sends its audit trail to ${pipeline.endpoint}.`);
  await playSession(service.address);
  const { trail, places } = await everywhere(auditDirectory, pipeline, programs.signal);
  await endService(service);

  showCounts(trail, places);
  showLeft(trail, await readTrail(auditDirectory));
  showOneEvent(noteWithSecrets(trail), places);
  await pipeline.end();
  showSecrets(output, places);
  showFiles(auditDirectory, pipeline);
}

/** What the journal held when all of it had arrived. */
interface Arrived {
  readonly trail: readonly TrailEntry[];
  readonly places: Places;
}

/** Waits until all records of the journal have arrived: the results in the CSV file, all in the others. */
async function everywhere(
  auditDirectory: string,
  pipeline: CollectorPipeline,
  signal: AbortSignal,
): Promise<Arrived> {
  let missing: readonly string[] = [];
  return waitUntil(
    "every record was in every place",
    async () => {
      // A record is there before its caller has the answer: only checkpoints follow.
      const trail = await readTrail(auditDirectory);
      const places = await readPlaces(pipeline, signal);
      missing = missingIn(trail, places);
      return missing.length === 0 ? { trail, places } : undefined;
    },
    {
      limitMillis: DELIVERY_LIMIT_MILLIS,
      signal,
      progress: () => `${missing.length} are missing, as ${missing[0] ?? ""}`,
    },
  );
}

function missingIn(trail: readonly TrailEntry[], { json, csv, backend }: Places): string[] {
  const all = idsOf(trail);
  return [
    ...without(all, json, "the Collector's JSON file"),
    ...without(idsOf(resultsOf(trail)), csv, "the Collector's CSV file"),
    ...without(all, backend, "VictoriaLogs"),
  ];
}

function without(ids: readonly string[], there: readonly PlacedRecord[], place: string): string[] {
  const found = new Set(there.map(({ recordId }) => recordId));
  return ids.filter((id) => !found.has(id)).map((id) => `${id} in ${place}`);
}

function idsOf(trail: readonly TrailEntry[]): readonly string[] {
  return trail.map(({ flat }) => flat.record_id);
}

function showCounts(trail: readonly TrailEntry[], places: Places): void {
  printHeading("Records in each place, by their ids");
  print(`  journal                    ${trail.length}, of them ${resultsOf(trail).length} results`);
  print(`  Collector, audit.jsonl     ${countOf(places.json)}`);
  print(`  Collector, audit.csv       ${countOf(places.csv)} (results only)`);
  print(`  VictoriaLogs               ${countOf(places.backend)}`);
}

/** What a service writes as it ends waits on its disk. */
function showLeft(arrived: readonly TrailEntry[], all: readonly TrailEntry[]): void {
  const known = new Set(idsOf(arrived));
  const later = all.filter(({ flat }) => !known.has(flat.record_id));
  const lost = later.filter(({ flat }) => flat.kind !== "checkpoint");
  if (lost.length > 0) throw new Error(`written after the last look: ${idsOf(lost).join(", ")}`);
  if (later.length === 0) return;
  print(`  The journal has ${later.length} more: checkpoints from when the service ended.`);
  print("  They go out with the next start.");
}

/** Delivery is at least once: a record may stand in a place twice and is one record. */
function countOf(records: readonly PlacedRecord[]): string {
  const count = new Set(records.map(({ recordId }) => recordId)).size;
  const repeated = records.length - count;
  return repeated === 0 ? String(count) : `${count}, and ${repeated} of them repeated`;
}

function showOneEvent(entry: TrailEntry, { json, csv, backend }: Places): void {
  const { record_id } = entry.flat;
  printHeading(`One event in every place: bob's note, which held two secrets (${record_id})`);
  const texts: readonly (readonly [place: string, text: string])[] = [
    ["journal, a line", journalLine(entry)],
    ["Collector, a log record in audit.jsonl", textOf(json, record_id)],
    ["Collector, a row of audit.csv", textOf(csv, record_id)],
    ["VictoriaLogs, a row", textOf(backend, record_id)],
  ];
  for (const [place, text] of texts) {
    expectMasked(place, text);
    print(look("dim", `- ${place}`));
    print(text);
  }
}

function textOf(records: readonly PlacedRecord[], id: string): string {
  return records.find(({ recordId }) => recordId === id)?.text ?? "";
}

function showSecrets(output: string, { backend }: Places): void {
  // Its files are compressed: what it answers is searched too.
  for (const { recordId, text } of backend) refuseSecrets(`VictoriaLogs, ${recordId}`, text);
  const { files, bytes } = searchSecrets(output);
  printHeading("What was not written");
  print(`  Neither secret is in any file: searched ${files} files, ${bytes} bytes,`);
  print("  and every row that VictoriaLogs gave.");
}

function showFiles(auditDirectory: string, { jsonFile, csvFile }: CollectorPipeline): void {
  printHeading("The files");
  print(
    `  ${shownPath(auditDirectory)}   what the service wrote: journal, audit_log.json, audit_log.csv`,
  );
  for (const file of [jsonFile, csvFile]) print(`  ${shownPath(file)}   what the Collector wrote`);
}
