/** What else there is to say of some records: those that are checkpoints, claim something, or are not as they were. */
import {
  ATTR_ACTION,
  ATTR_COUNT,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_RECORD_KIND,
  ATTR_TIME,
  AUDIT_FILE_CHANGE,
  type AuditRecord,
  type BodyMap,
  RECORDS_LOST,
  RECORDS_UNCONFIRMED,
  RETENTION_PURGE,
} from "../event/portable.ts";
import { MASK } from "../redact/portable.ts";
import { isBodyMap } from "../seal/portable.ts";
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
  // Of a field that is not as it was sealed nobody knows what it said.
  const isSealed: IsSealed = (...keys) => fields.every(({ key }) => !keys.includes(key));
  const purged = purgedBy(record, isSealed);
  const cut = cutBy(record, isSealed);
  const gap = gapOf(record, isSealed);
  const detail = {
    ...(fields.length === 0 ? {} : { fields, action }),
    ...(all.length === 0 ? {} : { doubts: all }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(purged === undefined ? {} : { purged }),
    ...(isCutHidden(record, isSealed) ? { isCutHidden: true as const } : {}),
    ...(cut === undefined ? {} : { cut }),
    ...(gap === undefined ? {} : { gap }),
    ...(calls === 1 ? {} : { calls }),
  };
  return Object.keys(detail).length === 0 ? undefined : detail;
}

/** Whether fields with these keys are all as they were sealed, or absent. */
type IsSealed = (...keys: readonly string[]) => boolean;

/** A result may stand for several equal failures. */
function callsOf({ attributes }: AuditRecord): number {
  const count = Number(attributes[ATTR_COUNT] ?? 1);
  return Number.isSafeInteger(count) && count > 0 ? count : 1;
}

/** As in `cJ43xB7KP1x8rM2I/1-3: 1-4500`. */
const PURGED = /^([A-Za-z][A-Za-z0-9_-]{15})\/\d+-\d+: (\d{1,15})-(\d{1,15})$/;

function purgedBy(
  { attributes, body }: AuditRecord,
  isSealed: IsSealed,
): readonly PurgedRange[] | undefined {
  if (attributes[ATTR_ACTION] !== RETENTION_PURGE || !isSealed("scope_segments")) return undefined;
  return segmentsOf(body).flatMap((text) => {
    const [, stream, ...numbers] = PURGED.exec(text) ?? [];
    const [first = 0, last = 0] = numbers.map(Number);
    return stream === undefined || first < 1 || first > last ? [] : [{ stream, first, last }];
  });
}

/** Some stores give the leaves of a body by their paths, and lists as their JSON. */
function segmentsOf({ scope, "scope.segments": leaf }: BodyMap): readonly string[] {
  const segments = isBodyMap(scope) ? scope["segments"] : leaf;
  if (typeof segments === "string") return textsOf(segments) ?? [];
  return Array.isArray(segments) ? segments.map(String) : [];
}

/** As in `journal/cJ43xB7KP1x8rM2I/1.jsonl`. */
const SEGMENT = /^journal\/([A-Za-z][A-Za-z0-9_-]{15})\//;

function cutBy({ attributes, body }: AuditRecord, isSealed: IsSealed): string | undefined {
  const { change, file } = body;
  if (attributes[ATTR_ACTION] !== AUDIT_FILE_CHANGE || change !== "truncated") return undefined;
  return typeof file === "string" && isSealed("file", "change")
    ? SEGMENT.exec(file)?.[1]
    : undefined;
}

/** Redaction, before it was sealed or later, takes the name of a stream for a secret now and then. */
function isCutHidden({ attributes, body }: AuditRecord, isSealed: IsSealed): boolean {
  if (attributes[ATTR_ACTION] !== AUDIT_FILE_CHANGE) return false;
  const isShown = (value: unknown): boolean => typeof value === "string" && !value.includes(MASK);
  return !(isShown(body["change"]) && isShown(body["file"]) && isSealed("file", "change"));
}

function gapOf({ attributes, body }: AuditRecord, isSealed: IsSealed): GapClaim | undefined {
  const action = attributes[ATTR_ACTION];
  if (attributes[ATTR_RECORD_KIND] !== "gap") return undefined;
  if (action !== RECORDS_LOST && action !== RECORDS_UNCONFIRMED) return undefined;
  const first = Number(body["from_sequence"]);
  const last = Number(body["to_sequence"]);
  const isBetween =
    Number.isSafeInteger(first) &&
    Number.isSafeInteger(last) &&
    isSealed("from_sequence", "to_sequence");
  return {
    action,
    count: Number(attributes[ATTR_COUNT] ?? 0),
    why: isSealed("exception_message") ? String(attributes[ATTR_EXCEPTION_MESSAGE] ?? "") : "",
    time: String(attributes[ATTR_TIME] ?? ""),
    ...(isBetween ? { between: [first, last] as const } : {}),
  };
}
