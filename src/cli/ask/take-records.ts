/** What commands do that take the records that match one by one. */
import { createProblemList, matchingRecords, type ReadingProblems } from "../../read/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import type { Lines } from "../lines.ts";
import type { Asked } from "./asked.ts";
import { valuesWithProgress } from "./reading.ts";

/** How many records there were, and what is none. */
export interface RecordsTaken {
  readonly count: number;
  readonly problems: ReadingProblems;
}

/**
 * Reads what was asked, and shows on a terminal how far it has come.
 *
 * @param take each record, in the order of reading; the next one waits for it.
 * @param warn told of values that may have had another type.
 * @throws {AuditError} as a rejection: `unreadable`; else the reason of the signal, or what `take` throws.
 */
export async function takeRecords(
  { sources, query }: Pick<Asked, "sources" | "query">,
  signal: AbortSignal,
  take: (record: FlatRecord) => void | Promise<void>,
  warn: Lines["warn"],
): Promise<RecordsTaken> {
  const problems = createProblemList();
  let count = 0;
  await valuesWithProgress(warn, async (reading) => {
    for await (const found of matchingRecords(sources, query, { ...reading, signal })) {
      if (found.kind === "problem") problems.add([found]);
      else {
        count++;
        await take(found.record);
      }
    }
  });
  return { count, problems };
}
