/** Streams that were written, sealed and left behind, and who comes after them. */
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { type AuditRecord, newId } from "../../src/event/index.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { startAdoption } from "../../src/journal/index.ts";
import { createSystemClock } from "../../src/lib/clock.ts";
import { createRedactable, createSealer, type Sealer, type Signer } from "../../src/seal/index.ts";
import { signerOf } from "../../src/seal/signer.ts";
import { startProgram } from "./program.ts";
import { resultRecord } from "./records.ts";

/** The key of those who come after. */
export const signer: Signer = signerOf(generateKeyPairSync("ed25519").privateKey, "memory");

/** The file of a segment. */
export function segmentPath(directory: string, stream: string, segment = 1): string {
  return join(directory, "journal", stream, `${segment}.jsonl`);
}

/** A stream with so many records under checkpoints and so many behind them, whose process was killed. */
export async function killed(directory: string, signed: number, unsigned: number): Promise<string> {
  const program = await startProgram("test/journal/programs/killed.ts", {
    args: [directory, `${signed}`, `${unsigned}`],
    ready: /stream (\S+) is written/,
  });
  await program.end("SIGKILL");
  return program.ready;
}

/** One that came after. */
export interface Successor {
  readonly stream: string;
  readonly records: readonly AuditRecord[];
  readonly said: readonly string[];
  /** Resolves with its next look. */
  readonly looked: () => Promise<void>;
}

/** One that opens, adopts what there is, and only remembers what it would write. */
export async function succeed(directory: string, by: Signer = signer): Promise<Successor> {
  const stream = newId();
  const records: AuditRecord[] = [];
  const said: string[] = [];
  let looking = Promise.withResolvers<void>();
  const adoption = startAdoption({
    directory,
    stream,
    signer: by,
    clock: createSystemClock(),
    write: (record) => void records.push(record),
    report: (line) => void said.push(line),
    firstLookMillis: 0,
    onEnd: () => looking.resolve(),
  });
  onTestFinished(adoption.close);
  await looking.promise;
  looking = Promise.withResolvers<void>();
  return { stream, records, said, looked: () => looking.promise };
}

/** A stream that is written in this process, as the journal's processor writes it. */
export interface SealedStream {
  readonly stream: string;
  readonly sealer: Sealer;
  readonly record: (count: number) => void;
  /** Puts what there is into the first segment. */
  readonly save: () => void;
}

/** Begins a stream. */
export function sealedStream(directory: string, by: Signer = signer): SealedStream {
  const stream = newId();
  const lines: string[] = [];
  function append({ attributes, ...rest }: AuditRecord): void {
    const place = resultRecord(stream, lines.length + 1).attributes;
    const { record, leaf } = sealer.seal({ ...rest, attributes: { ...place, ...attributes } });
    lines.push(encodeJsonLine(record));
    sealer.took(leaf, String(record.attributes["audit.record.kind"]), false);
  }
  const sealer = createSealer({
    stream,
    signer: by,
    write: append,
    clock: createSystemClock(),
    report: (line) => expect.unreachable(line),
    redactableOf: createRedactable(() => []),
    opening: { redactable: ["*"], auditPolicy: "-", redactionPolicy: "-", resource: {} },
  });
  return {
    stream,
    sealer,
    record(count) {
      for (let at = 0; at < count; at++) {
        append({ attributes: {}, body: { at } });
        sealer.settle();
      }
    },
    save() {
      mkdirSync(join(directory, "journal", stream), { recursive: true });
      writeFileSync(segmentPath(directory, stream), `${lines.join("\n")}\n`);
    },
  };
}
