import type { FlatRecord } from "../../../format/index.ts";
import type { TallyOptions } from "./tally.ts";

/** The latest of some records, and how many there are. */
export interface RowList {
  /** Oldest first. */
  readonly records: readonly FlatRecord[];
  readonly total: number;
}

/** Collects one, whatever the order in which records come; it holds no more than twice the limit. */
export function createRowList({
  rows: limit,
  oldestFirst,
}: Pick<TallyOptions, "rows" | "oldestFirst">): {
  readonly add: (record: FlatRecord) => void;
  readonly end: () => RowList;
} {
  let records: FlatRecord[] = [];
  let total = 0;
  const shrink = (): void => {
    records = records.toSorted(oldestFirst).slice(-limit);
  };
  return {
    add(record) {
      total++;
      records.push(record);
      if (records.length >= 2 * limit) shrink();
    },
    end() {
      shrink();
      return { records, total };
    },
  };
}
