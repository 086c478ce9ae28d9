import type { GapClaim, PurgedRange } from "./examined-block.ts";
import type { Run } from "./runs.ts";

/** What a record says of others; believed where it is proven itself. */
export interface Claim {
  readonly stream: string;
  readonly sequence: number;
  readonly purged?: readonly PurgedRange[];
  readonly gap?: GapClaim;
}

/** What retention deleted, by stream; in any order. */
export function purgedRuns(claims: readonly Claim[]): ReadonlyMap<string, readonly Run[]> {
  const runs = new Map<string, Run[]>();
  for (const { stream, first, last } of claims.flatMap(({ purged }) => purged ?? [])) {
    const known = runs.get(stream) ?? [];
    runs.set(stream, known);
    known.push([first, last]);
  }
  return runs;
}
