/** What services promised, and whether the trail that they left keeps it. */
import { expect } from "vitest";
import type { Trail } from "./trail.ts";

/** Puts down what services and their clients learned, by the id of the record. */
export interface Ledger {
  /**
   * `kept`: the promise of `record()` resolved with `synced`. `unsynced`: with `written` only. `lost`: with neither. `refused`: it rejected, or
   * the call was. `answered Note`, `answered Grant`: the client has its reply.
   */
  readonly note: (verb: string, id: string) => void;
  readonly ids: (verb: string) => readonly string[];
}

const VERBS = ["kept", "unsynced", "lost", "refused", "answered Note", "answered Grant"] as const;

/** Starts with nothing. */
export function createLedger(): Ledger {
  const noted = new Map<string, string[]>();
  return {
    note(verb, id) {
      const ids = noted.get(verb);
      if (ids === undefined) noted.set(verb, [id]);
      else ids.push(id);
    },
    ids: (verb) => noted.get(verb) ?? [],
  };
}

/** What {@link expectKept} knows besides the trail. */
export interface Losses {
  /** `audit.health().lost` of all services together; 0 where nothing may be lost. */
  readonly counted: number;
  /** Whether gap records must tell of all of it: not where the disk never came back. */
  readonly isTold: boolean;
}

/**
 * No acknowledged record is lost: what was kept stands in its stream exactly once, streams have no
 * gaps in their numbers and no torn lines, and every record that is not there was counted and is told of.
 */
export function expectKept(trail: Trail, ledger: Ledger, losses: Losses): void {
  expect(trail.problems).toEqual([]);
  expect(trail.gaplessStreams).toEqual(trail.streams);
  const times = new Map<string, number>();
  for (const { target } of trail.results) times.set(target, (times.get(target) ?? 0) + 1);
  expect(new Set(trail.ids).size).toBe(trail.ids.length);
  // What the trail says of its own files may be said twice.
  const known = new Set(VERBS.flatMap((verb) => ledger.ids(verb)));
  expect([...times].filter(([id, count]) => count > 1 && known.has(id))).toEqual([]);
  const isMissing = (id: string): boolean => !times.has(id);

  expect(ledger.ids("kept").filter(isMissing)).toEqual([]);
  // A closed call that was answered has at least its intent, whatever became of its result.
  const grants = ledger.ids("answered Grant");
  expect(grants.filter((id) => !trail.intents.has(id))).toEqual([]);
  const missing = [...ledger.ids("answered Note"), ...grants].filter(isMissing);
  const unwritten = [...ledger.ids("lost"), ...ledger.ids("refused")].filter(isMissing);
  if (losses.counted === 0) expect(missing).toEqual([]);
  else expect(losses.counted).toBeGreaterThanOrEqual(missing.length);
  expect(losses.counted).toBeLessThanOrEqual(missing.length + unwritten.length);
  if (losses.isTold) expect(trail.lost).toBe(losses.counted);
  else expect(trail.lost).toBeLessThanOrEqual(losses.counted);
}
