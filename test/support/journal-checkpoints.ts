import { readJournal } from "otel-audit/read";
import { type Checkpoint, decodeCheckpoint, decodeNote } from "../../src/seal/portable.ts";

/** The checkpoints that stand in the journals of a directory, in their order. */
export async function checkpointsIn(directory: string): Promise<readonly Checkpoint[]> {
  const checkpoints: Checkpoint[] = [];
  for await (const entry of readJournal(directory)) {
    if (entry.kind === "problem") throw new Error(`${entry.file}:${entry.line}: ${entry.message}`);
    const note = entry.record.attributes["audit.checkpoint.note"];
    if (note === undefined) continue;
    const checkpoint = decodeCheckpoint(decodeNote(String(note))?.text ?? "");
    if (typeof checkpoint === "string") throw new Error(checkpoint);
    checkpoints.push(checkpoint);
  }
  return checkpoints;
}

/** Those that open a stream. */
export async function openingNotes(directory: string): Promise<readonly Checkpoint[]> {
  return (await checkpointsIn(directory)).filter(({ state }) => state === "open");
}
