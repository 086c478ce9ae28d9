import {
  ATTR_ACTION,
  ATTR_CALL_ID,
  ATTR_COUNT,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_RECORD_KIND,
  ATTR_RPC_METHOD,
  ATTR_TIME,
  type AttributeValue,
  type AuditRecord,
  RECORDS_LOST,
  RECORDS_UNCONFIRMED,
  RETENTION_PURGE,
} from "../event/portable.ts";
import { HASH_BYTES } from "../seal/portable.ts";
import { checkpointOf, listOf } from "./checkpoint-parts.ts";
import type { Examined, Examiner } from "./examine.ts";
import {
  type ExaminedBlock,
  type GapClaim,
  KIND,
  type LineProblem,
  type PurgedRange,
  type RecordDetail,
} from "./examined-block.ts";

/** A record that was read, and what its text says twice or in contradiction. */
export interface ReadRecord {
  readonly record: AuditRecord;
  /** Counted from 1. */
  readonly line: number;
  readonly doubts: readonly string[];
}

/** What was read from a piece of a file. */
export interface ReadBlock {
  readonly file: string;
  /** Whether the file shows results only. */
  readonly isView: boolean;
  readonly records: readonly ReadRecord[];
  readonly problems: readonly LineProblem[];
}

/** Examines what was read; what has no id of a record is a problem of its line. */
export async function examineBlock(
  { file, isView, records, problems }: ReadBlock,
  examiner: Examiner,
): Promise<ExaminedBlock> {
  const examined = await examiner.examine(records.map(({ record }) => record));
  const columns = createColumns(records.length);
  const nameless: LineProblem[] = [];
  for (const [at, read] of records.entries()) {
    const known = examined[at];
    if (known !== undefined) columns.add(read, known);
    else {
      const message = "it has no id of a record";
      nameless.push({ line: read.line, message, isCut: false });
    }
  }
  return { file, isView, ...columns.take(), problems: [...problems, ...nameless] };
}

interface Columns {
  readonly add: (read: ReadRecord, examined: Examined) => void;
  readonly take: () => Omit<ExaminedBlock, "file" | "isView" | "problems">;
}

function createColumns(capacity: number): Columns {
  const streams = createNames();
  const methods = createNames();
  const stream = new Uint32Array(capacity);
  const sequence = new Float64Array(capacity);
  const lines = new Float64Array(capacity);
  const times = new Float64Array(capacity);
  const kinds = new Uint8Array(capacity);
  const leaves = new Uint8Array(capacity * HASH_BYTES);
  const method = new Uint32Array(capacity);
  const call = new Float64Array(capacity);
  const details: RecordDetail[] = [];
  let size = 0;
  return {
    add({ record, line, doubts }, examined) {
      const { attributes } = record;
      const at = size++;
      stream[at] = streams.indexOf(examined.stream);
      sequence[at] = examined.sequence;
      lines[at] = line;
      times[at] = Date.parse(String(attributes[ATTR_TIME]));
      kinds[at] = kindOf(attributes[ATTR_RECORD_KIND]);
      leaves.set(examined.leaf, at * HASH_BYTES);
      const callId = attributes[ATTR_CALL_ID];
      if (kinds[at] === KIND.result && typeof callId === "string") {
        method[at] = methods.indexOf(String(attributes[ATTR_RPC_METHOD] ?? "")) + 1;
        call[at] = numberOf(callId);
      }
      const detail = detailOf(record, examined, doubts);
      if (detail !== undefined) details.push({ at, ...detail });
    },
    take: () => ({
      streams: streams.names,
      stream: stream.slice(0, size),
      sequence: sequence.slice(0, size),
      line: lines.slice(0, size),
      time: times.slice(0, size),
      kind: kinds.slice(0, size),
      leaves: leaves.slice(0, size * HASH_BYTES),
      methods: methods.names,
      method: method.slice(0, size),
      call: call.slice(0, size),
      details,
    }),
  };
}

interface Names {
  readonly names: string[];
  readonly indexOf: (name: string) => number;
}

function createNames(): Names {
  const names: string[] = [];
  const indexes = new Map<string, number>();
  return {
    names,
    indexOf(name) {
      let index = indexes.get(name);
      if (index === undefined) {
        index = names.push(name) - 1;
        indexes.set(name, index);
      }
      return index;
    },
  };
}

function kindOf(kind: AttributeValue | undefined): number {
  if (kind === "result") return KIND.result;
  return kind === "checkpoint" ? KIND.checkpoint : KIND.other;
}

/** Differs where texts differ, but for one pair in 2^53: FNV-1a over two halves. */
function numberOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193) >>> 0;
    high = Math.imul(high ^ (unit + at), 0x01000193) >>> 0;
  }
  return (high & 0x1fffff) * 2 ** 32 + low + 1;
}

function detailOf(
  record: AuditRecord,
  { fields, doubts: own }: Examined,
  doubts: readonly string[],
): Omit<RecordDetail, "at"> | undefined {
  const kind = record.attributes[ATTR_RECORD_KIND];
  const calls = kind === "result" ? callsOf(record) : 1;
  const isPlain =
    kind === "result" && calls === 1 && record.attributes[ATTR_ACTION] !== RETENTION_PURGE;
  if (isPlain && fields.length === 0 && own.length === 0 && doubts.length === 0) return undefined;
  const all = own.length === 0 ? doubts : [...doubts, ...own];
  const checkpoint = checkpointOf(record);
  const purged = purgedBy(record);
  const gap = gapOf(record);
  const detail = {
    ...(fields.length === 0
      ? {}
      : { fields, action: String(record.attributes[ATTR_ACTION] ?? "") }),
    ...(all.length === 0 ? {} : { doubts: all }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(purged === undefined ? {} : { purged }),
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
  if (typeof scope === "string") return listOf(scope);
  if (Array.isArray(scope)) return scope.map(String);
  if (typeof scope !== "object" || scope === null || !("segments" in scope)) return undefined;
  return segmentsOf(scope.segments);
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
