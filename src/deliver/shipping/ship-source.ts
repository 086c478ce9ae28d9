import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { Resource } from "@opentelemetry/resources";
import {
  ATTR_RECORD_ID,
  ATTR_SEQUENCE_NUMBER,
  ATTR_TIME,
  type RecordAttributes,
} from "../../event/index.ts";
import { decodeJsonLine } from "../../format/index.ts";
import { toLogRecord, toResource } from "../../otel/index.ts";
import type { Refusal } from "./deliver-batch.ts";

/** A record on its way. */
export interface Shipment {
  readonly id: string;
  readonly sequence: number;
  /** `audit.time`. */
  readonly time: string;
  /** As it stands in the journal. */
  readonly line: string;
  readonly log: ReadableLogRecord;
  /** The resource of its stream. */
  readonly resource: RecordAttributes;
}

/** Records of one stream, in their order. */
export interface ShipBatch {
  readonly stream: string;
  readonly items: readonly Shipment[];
  /** What was read, also where no record came of it: lines that are none are passed over. */
  readonly bytes: number;
}

/** How much waits to be shipped. */
export interface Backlog {
  readonly records: number;
  readonly bytes: number;
  /** `audit.time` of the oldest record; undefined: there is none. */
  readonly oldestTime: string | undefined;
}

/** Nothing waits. */
export const NO_BACKLOG: Backlog = { records: 0, bytes: 0, oldestTime: undefined };

/** Where a shipper takes records from. */
export interface ShipSource {
  /** Whether this process may ship now. Asked before every batch, and before its outcome is kept. */
  readonly hold: () => boolean;
  /** Lets another process ship, if there is one. */
  readonly letGo: () => void;
  /** Streams that may have something new. */
  readonly streams: () => readonly string[];
  /** The records behind the cursor, at least one whatever its size; undefined: nothing new. */
  readonly read: (stream: string, maxBytes: number) => Promise<ShipBatch | undefined>;
  /**
   * Keeps what became of a batch, durably: `refused` first, then the cursor behind the first
   * `settled` records; behind all that was read when all of them are settled. False: nothing was
   * kept, because the batch is not the last one that was read. Throws where what was refused cannot
   * be kept; a cursor that cannot be saved is kept in memory.
   */
  readonly settle: (
    batch: ShipBatch,
    outcome: { readonly settled: number; readonly refused: readonly Refusal<Shipment>[] },
  ) => boolean;
  /** Records that the receiver should take, should it take any; the likeliest first. */
  readonly probes: (batch: ShipBatch) => readonly Shipment[];
  readonly backlog: () => Backlog;
  /** Lines that are no records and were passed over, since the source was made. */
  readonly unreadable: () => number;
  /** For people: where records wait, and what becomes of those that are refused for good. */
  readonly words: { readonly waiting: string; readonly refused: string };
}

/** Reads lines as records of a stream; the resource is that of the last start record. */
export function createShipmentReader(known: RecordAttributes): (line: string) => Shipment {
  let resource = known;
  let otel: Resource = toResource(known);
  return (line) => {
    const record = decodeJsonLine(line);
    if (record.resource !== undefined) {
      resource = record.resource;
      otel = toResource(resource);
    }
    return {
      id: String(record.attributes[ATTR_RECORD_ID]),
      sequence: Number(record.attributes[ATTR_SEQUENCE_NUMBER]),
      time: String(record.attributes[ATTR_TIME]),
      line,
      log: toLogRecord(record, otel),
      resource,
    };
  };
}
