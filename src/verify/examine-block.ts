import {
  ATTR_CALL_ID,
  ATTR_RECORD_KIND,
  ATTR_RPC_METHOD,
  ATTR_TIME,
  type AttributeValue,
  type AuditRecord,
} from "../event/portable.ts";
import { HASH_BYTES } from "../seal/portable.ts";
import type { Examined, Examiner } from "./examine.ts";
import {
  type ExaminedBlock,
  KIND,
  type LineProblem,
  type RecordDetail,
  type RecordSource,
} from "./examined-block.ts";
import { detailOf } from "./record-detail.ts";

/** A record that was read, and what its text says twice or in contradiction. */
export interface ReadRecord {
  readonly record: AuditRecord;
  /** Counted from 1. */
  readonly line: number;
  readonly doubts: readonly string[];
  readonly unknownKeys?: readonly string[];
}

/** What was read from a piece of a file. */
export interface ReadBlock {
  readonly file: string;
  /** Whether the file shows results only. */
  readonly isView: boolean;
  /** Whether all records of its streams stand there, if only checkpoints are left of them. Default false. */
  readonly showsAll?: boolean;
  /** Whether its form keeps resources as they were. Default false. */
  readonly hasResource?: boolean;
  readonly records: readonly ReadRecord[];
  readonly problems: readonly LineProblem[];
}

/** Examines what was read; what has no id of a record is a problem of its line. */
export async function examineBlock(
  { file, isView, showsAll = false, hasResource = false, records, problems }: ReadBlock,
  examiner: Examiner,
): Promise<ExaminedBlock> {
  const examined = await examiner.examine(
    records.map(({ record }) => record),
    isView,
  );
  const columns = createColumns(records.length, hasResource);
  const nameless: LineProblem[] = [];
  for (const [at, read] of records.entries()) {
    const known = examined[at];
    if (known !== undefined) columns.add(read, known);
    else {
      const message = "it has no id of a record";
      nameless.push({ line: read.line, message, isCut: false });
    }
  }
  return { file, isView, showsAll, ...columns.take(), problems: [...problems, ...nameless] };
}

interface Columns {
  readonly add: (read: ReadRecord, examined: Examined) => void;
  readonly take: () => Omit<ExaminedBlock, "file" | "isView" | "showsAll" | "problems">;
}

function createColumns(capacity: number, hasResource: boolean): Columns {
  const streams = createNames();
  const methods = createNames();
  const sources = createSources(hasResource);
  const stream = new Uint32Array(capacity);
  const sequence = new Float64Array(capacity);
  const lines = new Float64Array(capacity);
  const times = new Float64Array(capacity);
  const kinds = new Uint8Array(capacity);
  const leaves = new Uint8Array(capacity * HASH_BYTES);
  const method = new Uint32Array(capacity);
  const source = new Uint32Array(capacity);
  const call = new Float64Array(capacity);
  const details: RecordDetail[] = [];
  let size = 0;
  return {
    add({ record, line, doubts, unknownKeys }, examined) {
      const { attributes } = record;
      const at = size++;
      stream[at] = streams.indexOf(examined.stream);
      sequence[at] = examined.sequence;
      lines[at] = line;
      times[at] = Date.parse(String(attributes[ATTR_TIME]));
      kinds[at] = kindOf(attributes[ATTR_RECORD_KIND]);
      leaves.set(examined.leaf, at * HASH_BYTES);
      source[at] = sources.indexOf(record);
      const callId = attributes[ATTR_CALL_ID];
      if (kinds[at] === KIND.result && typeof callId === "string") {
        method[at] = methods.indexOf(String(attributes[ATTR_RPC_METHOD] ?? "")) + 1;
        call[at] = numberOf(callId);
      }
      const detail = detailOf(record, examined, doubts);
      const unknown = unknownKeys === undefined ? undefined : { unknownKeys };
      if (detail !== undefined || unknown !== undefined)
        details.push({ at, ...detail, ...unknown });
    },
    take: () => ({
      streams: streams.names,
      stream: stream.slice(0, size),
      sequence: sequence.slice(0, size),
      line: lines.slice(0, size),
      time: times.slice(0, size),
      kind: kinds.slice(0, size),
      leaves: leaves.slice(0, size * HASH_BYTES),
      sources: sources.all,
      source: source.slice(0, size),
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

interface Sources {
  readonly all: RecordSource[];
  readonly indexOf: (record: AuditRecord) => number;
}

function createSources(hasResource: boolean): Sources {
  const all: RecordSource[] = [];
  const indexes = new Map<string, number>();
  return {
    all,
    indexOf({ service, resource }) {
      const source = { service, resource: hasResource ? resource : undefined };
      if (source.service === undefined && source.resource === undefined) return 0;
      const text = source.resource === undefined ? `s${service}` : `r${JSON.stringify(source)}`;
      let index = indexes.get(text);
      if (index === undefined) indexes.set(text, (index = all.push(source)));
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
