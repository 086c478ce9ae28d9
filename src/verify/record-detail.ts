/** What else there is to say of some records: those that are checkpoints, claim something, or are not as they were. */
import {
  ATTR_ACTION,
  ATTR_COUNT,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_RECORD_KIND,
  ATTR_TIME,
  AUDIT_FILE_CHANGE,
  type AuditRecord,
  RECORDS_LOST,
  RECORDS_UNCONFIRMED,
  RETENTION_PURGE,
} from "../event/portable.ts";
import { checkpointOf, textsOf } from "./checkpoint-of.ts";
import type { Examined } from "./examine.ts";
import type { GapClaim, PurgedRange, RecordDetail } from "./examined-block.ts";

/** Actions of results that say something of other records. */
const TELLING: ReadonlySet<string> = new Set([RETENTION_PURGE, AUDIT_FILE_CHANGE]);

/** Undefined: nothing. */
export function detailOf(
  record: AuditRecord,
  { fields, doubts: own }: Examined,
  doubts: readonly string[],
): Omit<RecordDetail, "at"> | undefined {
  const kind = record.attributes[ATTR_RECORD_KIND];
  const calls = kind === "result" ? callsOf(record) : 1;
  const action = String(record.attributes[ATTR_ACTION] ?? "");
  const isPlain = kind === "result" && calls === 1 && !TELLING.has(action);
  if (isPlain && fields.length === 0 && own.length === 0 && doubts.length === 0) return undefined;
  const all = own.length === 0 ? doubts : [...doubts, ...own];
  const checkpoint = checkpointOf(record);
  const isSealed = (...keys: readonly string[]): boolean =>
    !fields.some(({ key, state }) => state !== "redacted" && keys.includes(key));
  const purged = isSealed("scope", "scope_segments") ? purgedBy(record) : undefined;
  const cut = isSealed("file", "change") ? cutBy(record) : undefined;
  const gap = gapOf(record);
  const detail = {
    ...(fields.length === 0 ? {} : { fields, action }),
    ...(all.length === 0 ? {} : { doubts: all }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(purged === undefined ? {} : { purged }),
    ...(cut === undefined ? {} : { cut }),
    ...(gap === undefined ? {} : { gap }),
    ...(calls === 1 ? {} : { calls }),
  };
  return Object.keys(detail).length === 0 ? undefined : detail;
}

/** A result may stand for several equal failures. */
function callsOf({ attributes }: AuditRecord): number {
  const count = Number(attributes[ATTR_COUNT] ?? 1);
  return Number.isSafeInteger(count) && count > 0 ? count : 1;
}

/** As in `cJ43xB7KP1x8rM2I/1-3: 1-4500`. */
const PURGED = /^([A-Za-z][A-Za-z0-9_-]{15})\/\d+-\d+: (\d{1,15})-(\d{1,15})$/;

function purgedBy({ attributes, body }: AuditRecord): readonly PurgedRange[] | undefined {
  if (attributes[ATTR_ACTION] !== RETENTION_PURGE) return undefined;
  const segments = segmentsOf(body["scope"]) ?? segmentsOf(body["scope.segments"]) ?? [];
  return segments.flatMap((text) => {
    const [, stream, first, last] = PURGED.exec(text) ?? [];
    if (stream === undefined) return [];
    return [{ stream, first: Number(first), last: Number(last) }];
  });
}

function segmentsOf(scope: unknown): readonly string[] | undefined {
  if (typeof scope === "string") return textsOf(scope);
  if (Array.isArray(scope)) return scope.map(String);
  if (typeof scope !== "object" || scope === null || !("segments" in scope)) return undefined;
  return segmentsOf(scope.segments);
}

/** As in `journal/cJ43xB7KP1x8rM2I/1.jsonl`. */
const SEGMENT = /^journal\/([A-Za-z][A-Za-z0-9_-]{15})\//;

function cutBy({ attributes, body }: AuditRecord): string | undefined {
  if (attributes[ATTR_ACTION] !== AUDIT_FILE_CHANGE || body["change"] !== "truncated")
    return undefined;
  const { file } = body;
  return typeof file === "string" ? SEGMENT.exec(file)?.[1] : undefined;
}

function gapOf({ attributes, body }: AuditRecord): GapClaim | undefined {
  const action = attributes[ATTR_ACTION];
  if (attributes[ATTR_RECORD_KIND] !== "gap") return undefined;
  if (action !== RECORDS_LOST && action !== RECORDS_UNCONFIRMED) return undefined;
  const first = Number(body["from_sequence"]);
  const last = Number(body["to_sequence"]);
  return {
    action,
    count: Number(attributes[ATTR_COUNT] ?? 0),
    why: String(attributes[ATTR_EXCEPTION_MESSAGE] ?? ""),
    time: String(attributes[ATTR_TIME] ?? ""),
    ...(Number.isSafeInteger(first) && Number.isSafeInteger(last)
      ? { between: [first, last] as const }
      : {}),
  };
}
