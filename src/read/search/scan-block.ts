/**
 * What of a block matches a query; it runs in threads.
 *
 * In: a {@link Block} and a {@link ScanRequest}. Out: a {@link ScannedBlock}. Never throws for what the
 * bytes are.
 */
import type { FlatRecord } from "../../format/index.ts";
import type { Block, FileProblem } from "../block.ts";
import { matcherOf } from "../query/match-query.ts";
import { recordId } from "../../event/index.ts";
import { createNumberSet, type NumberSet } from "../../lib/number-set.ts";
import { type Sieve, sieveOf } from "../query/needles.ts";
import type { QueriedRecord, Query } from "../query/query.ts";
import { resultsIn } from "./call-results.ts";
import { candidatesIn } from "./candidates.ts";
import { isOfJournal } from "./journal-decides.ts";
import { createMatches, placeOf } from "./matches.ts";
import { asLone, loneIntents } from "./lone-intents.ts";
import type { ScannedBlock, ScanRequest } from "./scanned-block.ts";

/** As many as can be looked for without parsing every line. */
const MAX_IDS = 8;

/** Looks at blocks, one after the other, for one request. */
export type BlockScanner = (block: Block) => ScannedBlock;

/** Creates one. */
export function createBlockScanner(request: ScanRequest): BlockScanner {
  const { query, fold, tellsResults = false, journals } = request;
  if (fold.kind === "settle") {
    const calls = new Set(fold.calls);
    return (block) => ({ ...createMatches(fold).end(), ...resultsIn(block, calls) });
  }
  const matches = matcherOf(query);
  const only = request.only === undefined ? undefined : onlyThese(request.only);
  const sieve = only?.sieve ?? sieveOf(query);
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
      if (only?.has(record) === false) continue;
      if (isMadeTexts) madeTexts++;
      if (isOfAllKinds || record.kind === "result") {
        const isMatch = matches(record);
        if (isMatch && (journals === undefined || !isOfJournal(journals, record)))
          found.add(candidate);
        else if (isMatch || only !== undefined) found.name(record);
        continue;
      }
      if (only !== undefined) found.name(record);
      if (record.kind === "intent") {
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

interface Only {
  readonly sieve: Sieve;
  readonly has: (record: QueriedRecord) => boolean;
}

function onlyThese(only: NonNullable<ScanRequest["only"]>): Only {
  const sets = new Map<string, NumberSet>();
  const ids: string[] = [];
  for (const [stream, numbers] of only) {
    const set = createNumberSet();
    numbers.forEach(set.add, set);
    sets.set(stream, set);
    if (ids.length <= MAX_IDS)
      ids.push(...Array.from(numbers.subarray(0, MAX_IDS + 1), (one) => recordId(stream, one)));
  }
  return {
    sieve: { needles: ids.length > MAX_IDS ? [] : ids, time: { kind: "time" } },
    has(record) {
      const [stream, number] = placeOf(record);
      return sets.get(stream)?.has(number) === true;
    },
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
