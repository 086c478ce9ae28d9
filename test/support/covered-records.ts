/** What checkpoints that are left cover, worked out from their notes alone. */
import type { AuditRecord } from "../../src/event/index.ts";

/** What a verification must count of one stream, some records of which are gone. */
export interface ExpectedCounts {
  readonly read: number;
  readonly proven: number;
  readonly unsigned: number;
  readonly missing: number;
}

const numberOf = ({ attributes }: AuditRecord): number =>
  Number(attributes["audit.sequence.number"]);

/** @param kept records of one stream, each once, with no adopted checkpoint among them. */
export function expectedCounts(kept: readonly AuditRecord[]): ExpectedCounts {
  const covered = new Set<number>();
  for (const { attributes } of kept) {
    const note = attributes["audit.checkpoint.note"];
    if (typeof note !== "string") continue;
    const size = Number(note.split("\n")[1]);
    const leaves = attributes["audit.checkpoint.leaves"];
    for (let at = 0; at < (Array.isArray(leaves) ? leaves.length : 0); at++) covered.add(size - at);
  }
  const signed = Math.max(0, ...covered);
  const seen = new Set(kept.map(numberOf));
  const last = Math.max(signed, ...seen);
  const isCheckpoint = ({ attributes }: AuditRecord): boolean =>
    attributes["audit.record.kind"] === "checkpoint";
  const isProven = (record: AuditRecord): boolean =>
    covered.has(numberOf(record)) || (isCheckpoint(record) && numberOf(record) > signed);
  return {
    read: seen.size,
    proven: kept.filter(isProven).length,
    unsigned: kept.filter((record) => !isProven(record) && numberOf(record) > signed).length,
    missing: last - seen.size,
  };
}
