/** Ways to make a log of lines provable, as functions over records. */
import { generateKeyPairSync, hash, sign } from "node:crypto";
import type { AttributeValue, AuditRecord } from "../../src/event/index.ts";
import {
  ATTR_RECORD_ID,
  ATTR_SCHEMA_VERSION,
  ATTR_SEQUENCE_NUMBER,
} from "../../src/event/index.ts";
import type { Sealer } from "../../src/seal/index.ts";
import { builtModule } from "./built-module.ts";
import { type Sample, STREAM } from "./sealed-samples.ts";

const { createSealer } =
  await builtModule<typeof import("../../src/seal/sealer.ts")>("seal/sealer");
const { createRecordSealer } =
  await builtModule<typeof import("../../src/seal/seal-record.ts")>("seal/seal-record");
const { createRedactable } =
  await builtModule<typeof import("../../src/seal/redactable.ts")>("seal/redactable");
const { generateSigningKey, signerOf } =
  await builtModule<typeof import("../../src/seal/signer.ts")>("seal/signer");
const { encodeJsonLine } =
  await builtModule<typeof import("../../src/format/json-line.ts")>("format/json-line");
const { createSystemClock } =
  await builtModule<typeof import("../../src/lib/clock.ts")>("lib/clock");

/** What is compared; the first does nothing but what the others do too. */
export const SIDES = ["line", "fields", "ours", "chain", "signature"] as const;
/** One of {@link SIDES}. */
export type SideName = (typeof SIDES)[number];

/** Writes records as lines, to nowhere. */
export interface Side {
  /** The record is used up. @returns characters of its line, all ASCII, without the line end. */
  readonly write: (record: AuditRecord) => number;
}

/** A new log. */
export function openSide(name: SideName, sample: Sample): Side {
  switch (name) {
    case "line":
      return { write: (record) => encodeJsonLine(record).length };
    case "fields":
      return openFields(sample);
    case "ours":
      return openOurs(sample);
    case "chain":
      return openChain();
    default:
      return openSignatures();
  }
}

/** Ours without tree and checkpoints: commitments and leaf alone. */
function openFields({ redactable }: Sample): Side {
  const seal = createRecordSealer(createRedactable(() => redactable));
  return { write: (record) => encodeJsonLine(seal(record).record).length };
}

/** The log of ours, and its checkpoints. */
export interface OwnSide extends Side {
  readonly sealer: Sealer;
  readonly checkpoints: () => { readonly count: number; readonly characters: number };
}

/** What the journal's processor does with a record that has its place in the stream. */
export function openOurs({ redactable }: Sample): OwnSide {
  let count = 0;
  let characters = 0;
  let place = 0;
  const sealer = createSealer({
    stream: STREAM,
    signer: signerOf(generateSigningKey(), "file"),
    clock: createSystemClock(),
    report: (line) => {
      throw new Error(line);
    },
    redactableOf: createRedactable(() => redactable),
    opening: {
      redactable,
      auditPolicy: "p".repeat(43),
      redactionPolicy: "r".repeat(43),
      resource: { "service.name": "trainer" },
    },
    write(record) {
      count++;
      characters += append({ ...record, service: "trainer" }, "checkpoint");
    },
  });

  function append(given: AuditRecord, kind: string): number {
    // Checkpoints take places too.
    place++;
    const attributes: Record<string, AttributeValue> = given.attributes;
    attributes[ATTR_RECORD_ID] = `${STREAM}.${place}`;
    attributes[ATTR_SEQUENCE_NUMBER] = place;
    attributes[ATTR_SCHEMA_VERSION] = "1";
    const { record, leaf } = sealer.seal(given);
    const line = encodeJsonLine(record);
    sealer.took(leaf, kind, false);
    return line.length;
  }

  return {
    sealer,
    checkpoints: () => ({ count, characters }),
    write(record) {
      const length = append(record, "result");
      sealer.settle();
      return length;
    },
  };
}

/** Each line holds the SHA-256 of itself and of the hash before. */
function openChain(): Side {
  let previous = "";
  return {
    write(record) {
      const line = encodeJsonLine(record);
      previous = hash("sha256", previous + line, "base64url");
      return `${line.slice(0, -1)},"hash":"${previous}"}`.length;
    },
  };
}

/** Each line holds an Ed25519 signature of itself. */
function openSignatures(): Side {
  const { privateKey } = generateKeyPairSync("ed25519");
  return {
    write(record) {
      const line = encodeJsonLine(record);
      const signature = sign(null, Buffer.from(line), privateKey).toString("base64url");
      return `${line.slice(0, -1)},"signature":"${signature}"}`.length;
    },
  };
}
