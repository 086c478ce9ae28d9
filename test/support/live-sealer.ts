/** A sealer with a journal in memory around it, and a verifier that looks at what it wrote. */
import { hash } from "node:crypto";
import { expect, vi } from "vitest";
import { type AttributeValue, type AuditRecord, recordId } from "../../src/event/index.ts";
import {
  type CallCount,
  type Checkpoint,
  decodeCheckpoint,
  decodeFieldSeals,
  decodeNote,
  leafText,
  sealedFieldsOf,
} from "../../src/seal/portable.ts";
import { createSealer, type Sealer } from "../../src/seal/sealer.ts";
import {
  generateSigningKey,
  type KeySigner,
  type Signer,
  signerOf,
} from "../../src/seal/signer.ts";
import { toBase64Url } from "../../src/lib/base64.ts";
import { checkCheckpoint, isSound } from "../../src/verify/check-checkpoint.ts";
import { createCheckpointChain } from "../../src/verify/checkpoint-chain.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";

const STREAM = "AaaaaaaaaaaaaaaA";

/** What a stream may differ in. */
export interface SealedStreamOptions {
  /** Default: one with a key of its own, that signs at once. */
  readonly signer?: Signer;
  readonly heartbeatMillis?: number;
  readonly calls?: () => Iterable<CallCount>;
}

/** A stream that is being sealed. */
export interface SealedStream {
  readonly sealer: Sealer;
  /** Everything that stands in it. */
  readonly records: readonly AuditRecord[];
  /** What people were told. */
  readonly lines: readonly string[];
  /** Writes a record, as the journal processor does. */
  readonly write: (kind?: string, options?: { readonly isUrgent?: boolean }) => void;
  /** What the disk answers to checkpoints from now on; undefined: it takes them. */
  refusal: string | undefined;
  /** What the checkpoints say. */
  readonly checkpoints: () => readonly Checkpoint[];
  /** `<state> <size>` of each checkpoint. */
  readonly states: () => readonly string[];
  /** Expects that each checkpoint verifies, continues the one before and has the leaves of the records. */
  readonly verify: () => Promise<void>;
}

/** A signer of a key of its own. */
export function freshSigner(): KeySigner {
  return signerOf(generateSigningKey(), "file");
}

/** Starts with the start record. The time is that of the timers, which may be fake ones. */
export function createSealedStream(options: SealedStreamOptions = {}): SealedStream {
  const { signer = freshSigner(), ...more } = options;
  const records: AuditRecord[] = [];
  const lines: string[] = [];
  const sealer = createSealer({
    ...more,
    stream: STREAM,
    signer,
    clock: {
      nowMicros: () => BigInt(Date.now()) * 1000n,
      monotonicMillis: () => performance.now(),
    },
    report: (line) => lines.push(line),
    redactableOf: () => (field) => field.name === "audit.reason",
    opening: {
      redactable: ["audit.reason"],
      auditPolicy: "p".repeat(43),
      redactionPolicy: "r".repeat(43),
      resource: { "service.name": "trainer" },
    },
    write(record) {
      if (stream.refusal !== undefined) throw new Error(stream.refusal);
      append(record);
    },
  });

  function append(record: AuditRecord, isUrgent = false): void {
    const place = records.length + 1;
    const attributes: Record<string, AttributeValue> = record.attributes;
    attributes["audit.record.id"] = recordId(STREAM, place);
    attributes["audit.sequence.number"] = place;
    const sealed = sealer.seal(record);
    records.push(sealed.record);
    sealer.took(sealed.leaf, String(attributes["audit.record.kind"]), isUrgent);
  }

  const stream: SealedStream = {
    sealer,
    records,
    lines,
    refusal: undefined,
    write(kind = "result", { isUrgent = false } = {}) {
      const attributes = {
        "audit.record.kind": kind,
        "audit.action": kind === "start" ? "stream_start" : "note_write",
        "audit.time": "2026-11-21T12:00:00.000000Z",
        "audit.reason": `reason ${records.length}`,
      };
      append({ attributes, body: { note: `note ${records.length}` } }, isUrgent);
      sealer.settle();
    },
    checkpoints: () => checkpointsOf(records).map(checkpointIn),
    states: () => stream.checkpoints().map(({ state, size }) => `${state} ${size}`),
    async verify() {
      await verifyCheckpoints(records);
    },
  };
  stream.write("start");
  return stream;
}

function checkpointIn({ attributes }: AuditRecord): Checkpoint {
  const checkpoint = decodeCheckpoint(
    decodeNote(String(attributes["audit.checkpoint.note"]))?.text ?? "",
  );
  if (typeof checkpoint === "string") throw new Error(checkpoint);
  return checkpoint;
}

/**
 * Verifies the checkpoints of a stream, given all its records.
 *
 * @returns how many records they cover.
 * @throws where one does not verify, does not continue the one before, or has other leaves than the records.
 */
export async function verifyCheckpoints(records: readonly AuditRecord[]): Promise<number> {
  const checkpoints = checkpointsOf(records);
  const chain = createCheckpointChain();
  const crypto = createNodeCrypto();
  const leaves = records.map(leafOf);
  let before = 0;
  for (const { attributes } of checkpoints) {
    const carried = textsOf(attributes["audit.checkpoint.leaves"]);
    const sound = await checkCheckpoint(
      {
        note: String(attributes["audit.checkpoint.note"]),
        leaves: carried,
        subtrees: textsOf(attributes["audit.checkpoint.subtrees"]),
      },
      crypto,
    );
    if (!isSound(sound)) throw new Error(sound.why);
    expect(chain.problemOf(sound)).toBeUndefined();
    chain.add(sound);
    const { from, begin, checkpoint } = sound;
    expect(checkpoint.size - begin).toBeLessThanOrEqual(256);
    // Those of the checkpoint before, again.
    expect(from).toBe(before);
    before = begin;
    expect(carried).toEqual(leaves.slice(from, checkpoint.size));
    // It covers nothing that comes behind it.
    expect(checkpoint.size).toBeLessThan(Number(attributes["audit.sequence.number"]));
    expect(checkpoint.time).toBe(attributes["audit.time"]);
    const covered = records.slice(begin, checkpoint.size);
    const results = covered.filter((record) => record.attributes["audit.record.kind"] === "result");
    expect(checkpoint.results).toBe(results.length);
  }
  expect(chain.last()?.number ?? 0).toBe(checkpoints.length);
  return chain.last()?.size ?? 0;
}

function checkpointsOf(records: readonly AuditRecord[]): readonly AuditRecord[] {
  return records.filter(({ attributes }) => attributes["audit.record.kind"] === "checkpoint");
}

/** As a verifier computes it, from what stands in the record. */
function leafOf(record: AuditRecord): string {
  const seals = decodeFieldSeals(String(record.attributes["audit.integrity.fields"] ?? ""));
  if (seals === undefined) throw new Error("no list of fields");
  return toBase64Url(hash("sha256", leafText(record, sealedFieldsOf(record), seals), "buffer"));
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Fake timers that start at a round hour; a spread of the timers from 0 to 1 where one is given. */
export function fakeTime(spread?: number): void {
  vi.useFakeTimers({ now: Date.parse("2026-11-21T12:00:00Z") });
  if (spread !== undefined) vi.spyOn(Math, "random").mockReturnValue(spread);
}
