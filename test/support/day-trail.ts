/** A trail of several days, as a journal holds it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditRecord } from "../../src/event/index.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { fullRecord, resultRecord } from "./records.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** What is left open, or cannot be seen, in other trails. */
const ODD = 'half \ud800, "quoted", \\ud800, ; \u0000, é, 日本 and\nnext';

/** An intent without a result, of a stream of its own. */
const LONE_INTENT: AuditRecord = resultRecord("IntentStreamAAAA", 1, {
  "audit.record.kind": "intent",
  "audit.outcome": "unknown",
  "audit.call.id": "CallOfTheIntentA",
  "audit.action": "role_change",
  "audit.time": "2026-05-27T23:30:00.000001Z",
});

/** Two results a day, from 2026-05-25 to 27; a full one; one of another kind; and an intent without a result. */
export const DAY_RECORDS: readonly AuditRecord[] = [
  ...["25", "26", "27"].flatMap((day, at) => [
    resultRecord("DayStreamAAAAAAA", 2 * at + 1, {
      "audit.time": `2026-05-${day}T00:30:00.000001Z`,
      "audit.actor.id": "ann",
      "audit.impact": "high",
    }),
    resultRecord("DayStreamAAAAAAA", 2 * at + 2, {
      "audit.time": `2026-05-${day}T22:30:00.999999Z`,
      "audit.actor.id": "bob",
      "audit.reason": ODD,
      "audit.category": "training",
    }),
  ]),
  fullRecord,
  { ...resultRecord("DayStreamAAAAAAA", 7, { "audit.record.kind": "gap" }) },
  LONE_INTENT,
];

/** A directory that has them in its journal. */
export function makeDayTrail(more: readonly string[] = []): string {
  const directory = join(temporaryDirectory(), "audit");
  mkdirSync(join(directory, "journal", "DayStreamAAAAAAA"), { recursive: true });
  const lines = [...DAY_RECORDS.map(encodeJsonLine), ...more];
  writeFileSync(
    join(directory, "journal", "DayStreamAAAAAAA", "1.jsonl"),
    lines.map((line) => `${line}\n`).join(""),
  );
  return directory;
}
