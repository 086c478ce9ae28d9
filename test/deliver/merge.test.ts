import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lineOf, readNew, type Round, type StreamPosition } from "../../src/deliver/views/merge.ts";
import { encodeJsonLine, listStreams } from "../../src/format/index.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const nameOf = (first: string, at: number): string => `${first}${String(at).padStart(15, "0")}`;

function writeSegment(directory: string, stream: string, text: string): void {
  mkdirSync(join(directory, "journal", stream), { recursive: true });
  writeFileSync(join(directory, "journal", stream, "1.jsonl"), text);
}

/** Reads as a view does, until it is told that there is no more. */
function readAll(directory: string, space: Buffer): readonly string[] {
  const positions = new Map<string, StreamPosition>();
  const streams = listStreams(directory);
  const lines: string[] = [];
  for (let round: Round | undefined; round?.isCut !== false;) {
    round = readNew({ directory, streams, positionOf: (stream) => positions.get(stream), space });
    // Else it goes on for ever.
    if (round.isCut) expect(round.positions.size).toBeGreaterThan(0);
    for (const [stream, position] of round.positions) positions.set(stream, position);
    lines.push(...round.records.map(lineOf));
  }
  return lines;
}

test("more streams that cannot be read than fit into a round hold up no other", () => {
  const directory = temporaryDirectory();
  for (let at = 0; at < 40; at++) writeSegment(directory, nameOf("A", at), '{"timestamp":"20');
  const lines = Array.from({ length: 40 }, (_, at) =>
    encodeJsonLine(resultRecord(nameOf("B", at), 1)),
  );
  for (const [at, line] of lines.entries()) writeSegment(directory, nameOf("B", at), `${line}\n`);
  expect(readAll(directory, Buffer.alloc(64 * 1024)).toSorted()).toEqual(lines.toSorted());
});

test("lines longer than a stream's share of a round are read", () => {
  const directory = temporaryDirectory();
  const lines = Array.from({ length: 40 }, (_, at) => {
    const stream = nameOf("B", at);
    const record = resultRecord(stream, 1);
    return encodeJsonLine(at % 3 === 0 ? { ...record, service: "s".repeat(9000) } : record);
  });
  for (const [at, line] of lines.entries()) writeSegment(directory, nameOf("B", at), `${line}\n`);
  expect(readAll(directory, Buffer.alloc(64 * 1024)).toSorted()).toEqual(lines.toSorted());
});
