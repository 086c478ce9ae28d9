/** What stands in journals, and the adopted checkpoints among it, checked without the code that made them. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { AuditRecord } from "../../src/event/index.ts";
import { decodeJsonLine, listSegments, segmentFile } from "../../src/format/index.ts";
import { leafOf } from "../../src/seal/index.ts";
import { type Checkpoint, decodeCheckpoint, decodeNote } from "../../src/seal/portable.ts";

/** Every record of a stream, in the order of its files; a cut last line is none. */
export function streamRecords(directory: string, stream: string): readonly AuditRecord[] {
  const folder = join(directory, "journal", stream);
  return listSegments(directory, stream).flatMap((segment) =>
    readFileSync(join(folder, segmentFile(segment)), "utf8")
      .split("\n")
      .slice(0, -1)
      .filter((line) => line !== "")
      .map(decodeJsonLine),
  );
}

/** A checkpoint and the note it came in. */
export interface FoundNote {
  readonly note: string;
  readonly text: string;
  readonly checkpoint: Checkpoint;
}

/** The checkpoints among records, of one stream. */
export function notesOf(records: readonly AuditRecord[], stream: string): readonly FoundNote[] {
  return records.flatMap(({ attributes }) => {
    if (attributes["audit.record.kind"] !== "checkpoint") return [];
    const note = String(attributes["audit.checkpoint.note"]);
    const text = decodeNote(note)?.text ?? "";
    const checkpoint = decodeCheckpoint(text);
    if (typeof checkpoint === "string") throw new Error(checkpoint);
    return checkpoint.stream === stream ? [{ note, text, checkpoint }] : [];
  });
}

/** RFC 6962, section 2.1, word for word. */
function treeHash(leaves: readonly Uint8Array[]): Buffer {
  const [only = Buffer.alloc(0)] = leaves;
  if (leaves.length === 1) return Buffer.from(only);
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return createHash("sha256")
    .update(Buffer.of(1))
    .update(treeHash(leaves.slice(0, half)))
    .update(treeHash(leaves.slice(half)))
    .digest();
}

/** The root over the first `size` records of a stream. */
export function rootOver(records: readonly AuditRecord[], size: number): string {
  const leaves = records.slice(0, size).map((record) => leafOf(record) ?? new Uint8Array());
  return treeHash(leaves).toString("base64");
}

/** That adopted notes go on where the stream's own end, one after the other, up to `size`. */
export function expectAdopted(
  adopted: readonly FoundNote[],
  options: {
    readonly records: readonly AuditRecord[];
    readonly stream: string;
    readonly adopter: string;
    readonly size: number;
  },
): void {
  const { records, stream, adopter, size } = options;
  let last = notesOf(records, stream).at(-1);
  for (const found of adopted) {
    const { checkpoint } = found;
    expect(checkpoint).toMatchObject({
      stream,
      adopter,
      state: "adopted",
      number: (last?.checkpoint.number ?? 0) + 1,
      calls: [],
    });
    expect(checkpoint.previous).toBe(
      last === undefined ? undefined : createHash("sha256").update(last.note).digest("base64"),
    );
    const covered = records.slice(last?.checkpoint.size ?? 0, checkpoint.size);
    expect(checkpoint.results).toBe(
      covered.filter(({ attributes }) => attributes["audit.record.kind"] === "result").length,
    );
    expect(Buffer.from(checkpoint.root).toString("base64")).toBe(
      rootOver(records, checkpoint.size),
    );
    last = found;
  }
  expect(last?.checkpoint.size).toBe(size);
}
