/**
 * What of a block matches a query; it runs in threads.
 *
 * In: a {@link Block} and a {@link ScanRequest}. Out: a {@link ScannedBlock}. Never throws for what the
 * bytes are.
 */
import type { FlatRecord } from "../../format/index.ts";
import type { Block, FileProblem } from "../block.ts";
import { matcherOf } from "../query/match-query.ts";
import { sieveOf } from "../query/needles.ts";
import type { Query } from "../query/query.ts";
import { resultsIn } from "./call-results.ts";
import { candidatesIn } from "./candidates.ts";
import { createMatches } from "./matches.ts";
import { asLone, loneIntents } from "./lone-intents.ts";
import type { ScannedBlock, ScanRequest } from "./scanned-block.ts";

/** Looks at blocks, one after the other, for one request. */
export type BlockScanner = (block: Block) => ScannedBlock;

/** Creates one. */
export function createBlockScanner({
  query,
  fold,
  tellsResults = false,
}: ScanRequest): BlockScanner {
  if (fold.kind === "settle") {
    const calls = new Set(fold.calls);
    return (block) => ({ ...createMatches(fold).end(), ...resultsIn(block, calls) });
  }
  const matches = matcherOf(query);
  const sieve = sieveOf(query);
  const isOfAllKinds = asksForKinds(query);
  return (block) => {
    const found = createMatches(fold);
    const problems: FileProblem[] = [];
    const intents: FlatRecord[] = [];
    let madeTexts = 0;
    for (const candidate of candidatesIn(block, sieve)) {
      if (candidate.kind === "problem") {
        problems.push(candidate);
        continue;
      }
      const { record, isMadeTexts = false } = candidate;
      if (isMadeTexts) madeTexts++;
      if (isOfAllKinds || record.kind === "result") {
        if (matches(record)) found.add(candidate);
      } else if (record.kind === "intent") {
        // What the scanner or the decoder took is a flat record.
        const intent = asLone(JSON.parse(candidate.text()) as FlatRecord);
        if (matches(intent)) intents.push(intent);
      }
    }
    const told = tellsResults ? resultsIn(block, undefined) : {};
    const own = { problems, intents: withoutResult(intents, block), madeTexts };
    return { ...found.end(), ...own, ...told };
  };
}

/** Whether a query names kinds of records; one that does not asks for actions. */
export function asksForKinds({ terms }: Query): boolean {
  return terms.some(({ field }) => field === "kind");
}

/** Those that have none in their own block. */
function withoutResult(intents: readonly FlatRecord[], block: Block): readonly FlatRecord[] {
  if (intents.length === 0) return intents;
  const calls = Map.groupBy(intents, ({ call_id: call = "" }) => call);
  const { results, last } = resultsIn(block, new Set(calls.keys()));
  const settling = Map.groupBy(results, ({ call }) => call);
  return [...calls].flatMap(([call, own]) =>
    call === "" ? own : loneIntents(own, settling.get(call) ?? [], last),
  );
}
