import { toFlat } from "../../format/index.ts";
import type { Block } from "../block.ts";
import { decodeBlock } from "../decode-block.ts";
import type { QueriedRecord } from "../query/query.ts";
import { candidatesIn } from "./candidates.ts";
import type { CallResult, ScannedBlock } from "./scanned-block.ts";

/** More calls are looked up in a set, line by line. */
const MAX_SOUGHT = 16;

/**
 * The results of some calls in a block, and how far its streams have come in it.
 *
 * @param calls undefined: of all of them.
 */
export function resultsIn(
  block: Block,
  calls: ReadonlySet<string> | undefined,
): Pick<ScannedBlock, "results" | "last"> {
  const results: CallResult[] = [];
  const last = new Map<string, number>();
  const see = ({ stream, sequence }: QueriedRecord): void => {
    last.set(stream, Math.max(last.get(stream) ?? 0, sequence));
  };
  const needles = calls !== undefined && calls.size <= MAX_SOUGHT ? [...calls] : [];
  for (const found of candidatesIn(block, { needles, time: { kind: "time" } })) {
    if (found.kind === "problem") continue;
    const { record } = found;
    see(record);
    const { call_id: call = "", action_type: action, stream, sequence } = record;
    if (record.kind === "result" && call !== "" && calls?.has(call) !== false)
      results.push({ call, action, isCaptured: record.rpc_status !== undefined, stream, sequence });
  }
  for (const record of lastRecordOf(block)) see(record);
  return { results, last };
}

const LINE_END = 0x0a;

/** Of a journal, the last line that has an end; other forms are read as a whole. */
function* lastRecordOf(block: Block): Generator<QueriedRecord> {
  if (block.form !== "json-lines") return;
  const end = block.bytes.lastIndexOf(LINE_END);
  const start = end <= 0 ? 0 : block.bytes.lastIndexOf(LINE_END, end - 1) + 1;
  const bytes = block.bytes.slice(start, end + 1);
  for (const found of decodeBlock({ ...block, bytes, isEnded: true }))
    if (found.kind === "record") yield toFlat(found.record);
}
