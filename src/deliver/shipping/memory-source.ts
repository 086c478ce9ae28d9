import { messageOf } from "../../lib/errors.ts";
import { createShipmentReader, type Shipment, type ShipSource } from "./ship-source.ts";

/** What a memory journal gives a shipper of another thread. */
export interface MemoryLines {
  /** The oldest lines, as many as were asked for. */
  readonly lines: readonly string[];
  /** The first line of the stream: its start record. */
  readonly start: string;
  readonly stream: string;
  /** Of all lines. */
  readonly records: number;
  readonly bytes: number;
}

/** Lines that the receiver refused for good. */
export interface MemoryRefusals {
  /** Their places among the settled ones, from 0. */
  readonly at: readonly number[];
  /** What it said of the first one. */
  readonly why: string;
}

/** What {@link createMemorySource} takes. */
export interface MemorySourceOptions {
  /** Asks the memory journal for its oldest lines; it keeps them until they are settled. */
  readonly ask: (maxBytes: number) => Promise<MemoryLines>;
  /** So many of the oldest lines need no more sending; some of them were refused for good. */
  readonly settled: (count: number, refused: MemoryRefusals) => void;
  readonly report: (line: string) => void;
}

/**
 * A memory journal as a source: one stream, nobody to share it with, and no quarantine: what the
 * receiver refuses for good is lost, counted and told.
 */
export function createMemorySource({ ask, settled, report }: MemorySourceOptions): ShipSource {
  let last: MemoryLines = { lines: [], start: "", stream: "", records: 0, bytes: 0 };

  function read(line: string): readonly Shipment[] {
    try {
      // The start record tells the resource.
      const toShipment = createShipmentReader({});
      if (line !== last.start) toShipment(last.start);
      return [toShipment(line)];
    } catch (error) {
      report(`a record in memory cannot be shipped: ${messageOf(error)}`);
      return [];
    }
  }

  return {
    words: {
      waiting: "they stay in memory",
      refused: "lost: there is no directory",
    },
    hold: () => true,
    letGo() {},
    streams: () => [last.stream],
    async read(_stream, maxBytes) {
      last = await ask(maxBytes);
      if (last.lines.length === 0) return undefined;
      const toShipment = createShipmentReader(read(last.start)[0]?.resource ?? {});
      const items = last.lines.map(toShipment);
      const bytes = last.lines.reduce((sum, line) => sum + line.length, 0);
      return { stream: last.stream, items, bytes };
    },
    settle(batch, outcome) {
      const { refused } = outcome;
      const at = refused.map(({ item }) => batch.items.indexOf(item));
      settled(outcome.settled, { at, why: refused[0]?.why ?? "" });
      return true;
    },
    unreadable: () => 0,
    probes: () => read(last.start),
    backlog: () => ({
      records: last.records,
      bytes: last.bytes,
      oldestTime: last.lines.slice(0, 1).flatMap(read)[0]?.time,
    }),
  };
}
