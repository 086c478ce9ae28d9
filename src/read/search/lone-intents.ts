/**
 * Which intents no result followed: actions that began, and nobody knows how they ended.
 *
 * A result that code recorded settles the intent of its action. A call that gRPC handed over may turn out to
 * be less than what it was announced as; its results come in the order of its intents, one after the other.
 */
import { NO_RESULT, RPC_CALL } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import type { CallResult } from "./scanned-block.ts";

/**
 * The intents of one call that stay without a result.
 *
 * @param intents of one call, in the order of their stream.
 * @param results of the same call.
 * @param last the last sequence number of each stream that is known.
 */
export function loneIntents(
  intents: readonly FlatRecord[],
  results: readonly CallResult[],
  last: ReadonlyMap<string, number>,
): readonly FlatRecord[] {
  const recorded = results.filter(({ isCaptured }) => !isCaptured).map(({ action }) => action);
  const own = intents.filter(({ method, action_type: action }) => {
    if (method !== undefined) return false;
    const at = recorded.indexOf(action);
    if (at >= 0) recorded.splice(at, 1);
    return at < 0;
  });
  return [
    ...own,
    ...loneOfCall(
      intents.filter(({ method }) => method !== undefined),
      results,
      last,
    ),
  ];
}

function loneOfCall(
  intents: readonly FlatRecord[],
  results: readonly CallResult[],
  last: ReadonlyMap<string, number>,
): readonly FlatRecord[] {
  const captured = results.filter(({ isCaptured }) => isCaptured);
  if (captured.length === 0) return intents;
  // With another record behind them they are all there.
  if (captured.every(({ stream, sequence }) => sequence < (last.get(stream) ?? 0))) return [];
  const settled = captured.map(({ action }) =>
    action === RPC_CALL ? Infinity : intents.findIndex((intent) => intent.action_type === action),
  );
  const until = Math.max(...settled);
  return intents.filter(({ action_type: action }, at) => at > until && action !== RPC_CALL);
}

/** An intent as views show it that nothing followed. */
export function asLone(intent: FlatRecord): FlatRecord {
  return { ...intent, error: intent.error ?? NO_RESULT };
}
