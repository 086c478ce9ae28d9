import { join } from "node:path";
import { isId } from "../event/index.ts";
import { crypto } from "../lib/late-packages.ts";
import { namesIn } from "../lib/names-in.ts";

/** Where things stand in an audit directory. */
export function journalDirectory(directory: string): string {
  return join(directory, "journal");
}

/** Where one stream's segments stand. */
export function streamDirectory(directory: string, stream: string): string {
  return join(journalDirectory(directory), stream);
}

/** Cursors and locks; deleting it makes the views be built anew. */
export function stateDirectory(directory: string): string {
  return join(directory, "state");
}

/** Records that a receiver refused for good. */
export function quarantineDirectory(directory: string): string {
  return join(directory, "quarantine");
}

/** The file that the process which writes a stream keeps locked; left empty when it has ended. */
export function streamLockFile(directory: string, stream: string): string {
  return join(stateDirectory(directory), `stream-${stream}.lock`);
}

/** Where retention says, by stream, which segment was the last that it deleted; JSON. */
export function purgedFile(directory: string): string {
  return join(stateDirectory(directory), "purged.json");
}

/** File name of a segment, counted from 1. */
export function segmentFile(segment: number): string {
  return `${segment}.jsonl`;
}

/** A free name for a copy of a segment that is being made; no reader takes it. */
export function segmentCopyFile(segmentPath: string): string {
  return `${segmentPath}.${crypto().randomUUID()}.tmp`;
}

/** Whether a file name is one of {@link segmentCopyFile}. */
export function isSegmentCopyFile(name: string): boolean {
  return /^\d+\.jsonl\.[0-9a-f-]{36}\.tmp$/.test(name);
}

/** The streams that have a journal in this directory, sorted. None where there is no journal yet. */
export function listStreams(directory: string): readonly string[] {
  return namesIn(journalDirectory(directory)).filter(isId).toSorted();
}

/** Numbers of a stream's segments, ascending. */
export function listSegments(directory: string, stream: string): readonly number[] {
  return namesIn(streamDirectory(directory, stream))
    .flatMap((name) => (/^\d+\.jsonl$/.test(name) ? [Number.parseInt(name, 10)] : []))
    .toSorted((left, right) => left - right);
}
