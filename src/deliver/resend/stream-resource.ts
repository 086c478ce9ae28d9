import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { RecordAttributes } from "../../event/index.ts";
import { decodeJsonLine, listSegments, segmentFile, streamDirectory } from "../../format/index.ts";
import { loadShipState } from "../shipping/ship-state.ts";

/** A start record carries what the process runs on, and may be long. */
const START_BYTES = 1024 * 1024;

/**
 * The resource of a stream in an audit directory, for those who read a part of it: that of its start
 * record; where retention has deleted that, what the shipper remembers. Undefined: neither is there.
 */
export function resourceOfStream(directory: string, stream: string): RecordAttributes | undefined {
  return (
    orUndefined(() => ofStart(directory, stream)) ?? orUndefined(() => ofState(directory, stream))
  );
}

function ofStart(directory: string, stream: string): RecordAttributes | undefined {
  const [first] = listSegments(directory, stream);
  if (first === undefined) return undefined;
  const fd = openSync(join(streamDirectory(directory, stream), segmentFile(first)), "r");
  try {
    const buffer = Buffer.allocUnsafe(START_BYTES);
    const text = buffer.toString("utf8", 0, readSync(fd, buffer, 0, START_BYTES, 0));
    return decodeJsonLine(text.slice(0, text.indexOf("\n"))).resource;
  } finally {
    closeSync(fd);
  }
}

function ofState(directory: string, stream: string): RecordAttributes | undefined {
  const { resource } = loadShipState(directory, stream);
  return Object.keys(resource).length === 0 ? undefined : resource;
}

/** What cannot be read is said where the records are read. */
function orUndefined<T>(look: () => T | undefined): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
