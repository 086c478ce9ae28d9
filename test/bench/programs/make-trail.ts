/**
 * Writes a trail of sample events in the forms that are verified.
 *
 *     make-trail.ts <directory> <events>
 */
import { generateKeyPairSync, sign } from "node:crypto";
import { createWriteStream, writeFileSync } from "node:fs";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { createAudit } from "otel-audit";
import { type AuditRecord, readRecords, type RecordAttributes, sourcesOf } from "otel-audit/read";
import { chainHash, encodeCheckedLine } from "../checked-line.ts";
import { linesOfFile } from "../lines-of-file.ts";
import { otlpLine } from "../otlp-line.ts";
import { sampleEvent } from "../sample-event.ts";
import { trailFiles } from "../trail-files.ts";

/** The next ones wait for the disk. */
const EVENTS_A_SYNC = 1024;
/** Records in a request. */
const RECORDS_A_REQUEST = 512;

const [directory = "", events = ""] = process.argv.slice(2);
const files = trailFiles(directory);

async function record(): Promise<void> {
  const audit = await createAudit({ directory: files.audit, format: "csv", service: "bench" });
  for (let step = 0; step < Number(events); step++) {
    const kept = audit.record(sampleEvent(step));
    if (step % EVENTS_A_SYNC === 0) await kept;
  }
  await audit.flush();
  await audit.close();
}

/** Writes lines, at the pace of the disk. */
async function write(path: string, lines: Iterable<string> | AsyncIterable<string>): Promise<void> {
  const file = createWriteStream(path, { highWaterMark: 4 * 1024 * 1024 });
  for await (const line of lines) if (!file.write(`${line}\n`)) await once(file, "drain");
  file.end();
  await finished(file);
}

async function* otlpLines(): AsyncGenerator<string> {
  let waiting: AuditRecord[] = [];
  let resource: RecordAttributes = {};
  for await (const found of readRecords(files.journal)) {
    if (found.kind !== "record") throw new Error(found.message);
    resource = found.record.resource ?? resource;
    waiting.push(found.record);
    if (waiting.length < RECORDS_A_REQUEST) continue;
    yield otlpLine(waiting, resource);
    waiting = [];
  }
  if (waiting.length > 0) yield otlpLine(waiting, resource);
}

function* checkedLines(segments: readonly string[]): Generator<string> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  writeFileSync(files.checkedKey, publicKey.export({ format: "pem", type: "spki" }));
  let hash = "";
  for (const file of segments) {
    for (const line of linesOfFile(file)) {
      hash = chainHash(hash, line);
      const signature = sign(null, Buffer.from(line), privateKey).toString("base64url");
      yield encodeCheckedLine({ line, hash, signature });
    }
  }
}

await record();
await write(files.otlp, otlpLines());
const segments = (await sourcesOf([files.journal])).map(({ name }) => name);
await write(files.checked, checkedLines(segments));
