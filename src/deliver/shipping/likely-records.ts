import { join } from "node:path";
import { ATTR_SERVICE_NAME, type RecordAttributes } from "../../event/index.ts";
import { decodeJsonLine, parseFlatLine, segmentFile, streamDirectory } from "../../format/index.ts";
import { JOURNAL_START } from "../../journal/index.ts";
import type { OwnJournal } from "./own-journal.ts";
import { lastLineOf } from "./ship-backlog.ts";
import { createShipmentReader, type Shipment } from "./ship-source.ts";

/** A start record carries what the process runs on, and may be long. */
const PROBE_BYTES = 64 * 1024;

/** What {@link createLikelyRecords} takes. */
export interface LikelyRecordsOptions {
  readonly directory: string;
  readonly journal: OwnJournal;
  /** What is known of a stream's resource, should its start record be gone. */
  readonly resourceOf: (stream: string) => RecordAttributes;
}

/** Records that a receiver should take, should it take any: the first and last ones of two streams. */
export function createLikelyRecords(
  options: LikelyRecordsOptions,
): (stream: string, own: string) => readonly Shipment[] {
  const { directory, journal, resourceOf } = options;

  function startOf(stream: string): readonly Shipment[] {
    const [line] = journal.read(stream, JOURNAL_START, PROBE_BYTES);
    return line === undefined ? [] : shipments([line.text], resourceOf(stream));
  }

  function newestOf(stream: string): readonly Shipment[] {
    const segment = journal.segments(stream).at(-1);
    if (segment === undefined) return [];
    const line = lastLineOf(join(streamDirectory(directory, stream), segmentFile(segment)));
    const resource = startOf(stream)[0]?.resource ?? resourceOf(stream);
    return line === undefined ? [] : shipments([line], resource);
  }

  return (stream, own) => {
    const likely = [
      orNone(() => startOf(stream)),
      orNone(() => startOf(own)),
      orNone(() => newestOf(own)),
      orNone(() => newestOf(stream)),
    ];
    return [...new Map(likely.flat().map((shipment) => [shipment.id, shipment])).values()];
  };
}

/** A file that cannot be read is said where its stream is read; it takes nothing from the others. */
export function orNone<T>(look: () => readonly T[]): readonly T[] {
  try {
    return look();
  } catch {
    return [];
  }
}

/** What a line that is no start record tells of its process; undefined: nothing, or it is one. */
export function resourceOfLine(line: string): RecordAttributes | undefined {
  try {
    const { service } = parseFlatLine(line);
    if (service === undefined || decodeJsonLine(line).resource !== undefined) return undefined;
    return { [ATTR_SERVICE_NAME]: service };
  } catch {
    return undefined;
  }
}

/** The lines that are records. */
function shipments(lines: readonly string[], resource: RecordAttributes): readonly Shipment[] {
  const toShipment = createShipmentReader(resource);
  return lines.flatMap((line) => orNone(() => [toShipment(line)]));
}
