/** Findings that nobody lists: how many there are, and which records they name. */
import { sequenceOf, streamOf } from "../event/portable.ts";
import type { FindingCode, FindingParts, Severity, UnlistedFindings } from "./findings.ts";
import { joinRuns, type Run } from "./runs.ts";

/** Of more runs of records, of all kinds together, a forger could fill the memory. */
const MAX_RUNS = 10_000;

interface Kind {
  readonly severity: Severity;
  readonly streams: Map<string, [first: number, last: number][]>;
  count: number;
  unnamed: number;
}

/** Counts findings, and keeps the numbers of their records. */
export interface UnlistedCounter {
  readonly add: (code: FindingCode, severity: Severity, finding: FindingParts) => void;
  readonly finish: () => readonly UnlistedFindings[];
}

/** Begins with none. */
export function createUnlistedCounter(): UnlistedCounter {
  const kinds = new Map<FindingCode, Kind>();
  let runs = 0;

  /** False: there are too many already. */
  function keep({ streams }: Kind, stream: string, [first, last]: Run): boolean {
    const known = streams.get(stream);
    const latest = known?.at(-1);
    // Most come in their order.
    if (latest !== undefined && latest[0] <= first && first <= latest[1] + 1) {
      latest[1] = Math.max(latest[1], last);
      return true;
    }
    if (runs >= MAX_RUNS) return false;
    runs++;
    if (known === undefined) streams.set(stream, [[first, last]]);
    else known.push([first, last]);
    return true;
  }

  return {
    add(code, severity, finding) {
      const kind = kinds.get(code) ?? { severity, streams: new Map(), count: 0, unnamed: 0 };
      kinds.set(code, kind);
      kind.count++;
      const { stream, named } = namedBy(finding);
      const kept = named.map((run) => keep(kind, stream, run));
      if (kept.includes(false)) kind.unnamed++;
    },
    finish: () =>
      [...kinds].map(([code, { severity, streams, count, unnamed }]) => ({
        code,
        severity,
        count,
        records: [...streams].map(([stream, own]) => ({ stream, ranges: joinRuns(own) })),
        unnamed,
      })),
  };
}

function namedBy({ record, stream, ranges = [] }: FindingParts): {
  readonly stream: string;
  readonly named: readonly Run[];
} {
  if (record === undefined) return { stream: stream ?? "", named: ranges };
  const own = streamOf(record);
  const sequence = sequenceOf(record);
  return { stream: own, named: [[sequence, sequence], ...ranges] };
}
