/**
 * One batch, until the receiver has it, has refused single records of it, or has to be waited for.
 *
 * In: records in their order. Out: how many of them, from the first on, need no more sending. A
 * batch that is refused for its content is sent again in halves until the culprits are single
 * records. A culprit counts only when the receiver took some record after it was refused: one that
 * refuses whatever it is sent (another path, another tenant, a proxy's page) is waited for.
 */
import type { SendResult } from "./otlp-sender.ts";

/** A record that the receiver refuses, and why, in its words. */
export interface Refusal<T> {
  readonly item: T;
  readonly why: string;
}

/** Why a receiver has to be waited for. */
export interface Wait {
  readonly message: string;
  readonly retryAfterMillis?: number;
}

/** What became of a batch. */
export interface Delivery<T> {
  /** Items from the start of the batch that were taken, or refused for good. */
  readonly settled: number;
  /** Those of the settled ones that were refused for good. */
  readonly refused: readonly Refusal<T>[];
  /** Undefined: the whole batch is settled. */
  readonly wait: Wait | undefined;
  /** Whether a batch of this size was too large for the receiver. */
  readonly isTooLarge: boolean;
}

/** What {@link deliverBatch} sends with. */
export interface DeliveryOptions<T> {
  readonly send: (items: readonly T[]) => Promise<SendResult>;
  /** Records that the receiver took before, or should: the likeliest first. Asked for when something is refused. */
  readonly probes: () => readonly T[];
  /** Whether two items are the same record. */
  readonly isSame: (left: T, right: T) => boolean;
}

/** A part of a batch: items `from` up to, not including, `to`. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** Sends a batch; see the head of this file. Never rejects. */
export async function deliverBatch<T>(
  items: readonly T[],
  { send, probes, isSame }: DeliveryOptions<T>,
): Promise<Delivery<T>> {
  const stack: Range[] = items.length === 0 ? [] : [{ from: 0, to: items.length }];
  /** Refused, and nothing was taken since. */
  let suspects: (Refusal<T> & { readonly at: number })[] = [];
  const refused: Refusal<T>[] = [];
  let answered = 0;
  let lastTaken: T | undefined;
  let isAlive = false;
  let isTooLarge = false;

  function taken(item: T | undefined): void {
    isAlive = true;
    lastTaken = item ?? lastTaken;
    refused.push(...suspects);
    suspects = [];
  }

  /** Undefined: the receiver takes records. */
  async function probe(why: string): Promise<Wait | undefined> {
    const known = lastTaken === undefined ? probes() : [lastTaken, ...probes()];
    for (const item of known) {
      if (suspects.some((suspect) => isSame(suspect.item, item))) continue;
      const result = await send([item]);
      if (result.kind === "failed") return result;
      if (result.kind !== "delivered") continue;
      taken(item);
      return undefined;
    }
    return { message: `it refuses every record, also one that it should take (${why})` };
  }

  function end(wait: Wait | undefined): Delivery<T> {
    return { settled: suspects[0]?.at ?? answered, refused, wait, isTooLarge };
  }

  for (let range = stack.pop(); range !== undefined; range = stack.pop()) {
    const { from, to } = range;
    const result = await send(items.slice(from, to));
    if (result.kind === "failed") return end(result);
    if (result.kind === "delivered") {
      answered = to;
      taken(items[to - 1]);
      continue;
    }
    if (to - from === 1) {
      const item = items[from];
      if (item !== undefined) suspects.push({ item, why: result.message, at: from });
      answered = to;
      continue;
    }
    const isSize = result.kind === "refused" && result.isTooLarge;
    isTooLarge ||= isSize;
    if (result.kind === "rejected" && result.count < to - from) {
      // It says that it took some, not which: worth asking on, no proof against a single one.
      isAlive = true;
    } else if (!isAlive && !isSize) {
      // Before it is asked about each single record: it may refuse whatever it is sent.
      const wait = await probe(result.message);
      if (wait !== undefined) return end(wait);
    }
    const middle = Math.ceil((from + to) / 2);
    stack.push({ from: middle, to }, { from, to: middle });
  }
  const [suspect] = suspects;
  return end(suspect === undefined ? undefined : await probe(suspect.why));
}
