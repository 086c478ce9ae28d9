import type { FileChange } from "../event/index.ts";
import type { LostRecords } from "./cut-segment.ts";

/** What somebody else did to a file of the journal, in a line for people. */
export function changeLine(
  { file, change, keptAs, isRestored }: FileChange,
  lost?: LostRecords,
): string {
  const what = `${file} was ${change} by somebody else`;
  const kept = keptAs === undefined ? "" : `; what stood in its place is kept as ${keptAs}`;
  const outcome = isRestored
    ? "it is restored"
    : lost === undefined
      ? "no record is missing"
      : `RECORDS ARE LOST: ${lost.count}, between numbers ${lost.from} and ${lost.to}`;
  return `${what}: ${outcome}${kept}`;
}
