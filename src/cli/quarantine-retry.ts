import {
  createOtlpSender,
  deliverBatch,
  type OtlpSenderOptions,
  release,
} from "../deliver/index.ts";
import { decodeJsonLine, type QuarantineEntry } from "../format/index.ts";
import { toLogRecord, toResource } from "../otel/index.ts";

/** A record in quarantine, and the file that it stands in. */
export interface FoundEntry extends QuarantineEntry {
  readonly file: string;
}

/** What became of records that were sent again. */
export interface Retried {
  readonly retried: readonly {
    readonly id: string;
    readonly isTaken: boolean;
    /** What the receiver said of it; undefined: nothing, or it was not asked. */
    readonly reason: string | undefined;
  }[];
  /** Why the receiver was not asked about the rest; undefined: it was asked about all. */
  readonly wait: string | undefined;
}

/** Records in one request: well below what receivers take, at 64 KB a record. */
const BATCH_RECORDS = 50;

/** Sends records again, and takes those that the receiver took out of the quarantine, batch by batch. */
export async function retryRecords(
  directory: string,
  entries: readonly FoundEntry[],
  shipping: OtlpSenderOptions,
): Promise<Retried> {
  const sender = createOtlpSender(shipping);
  const taken = new Set<FoundEntry>();
  const reasons = new Map<FoundEntry, string>();
  let wait: string | undefined;
  try {
    for (let at = 0; at < entries.length && wait === undefined; at += BATCH_RECORDS) {
      const batch = entries.slice(at, at + BATCH_RECORDS);
      const delivered: FoundEntry[] = [];
      let failure: string | undefined;
      await deliverBatch(batch, {
        async send(items) {
          const answer = await sender.send(logsOf(items));
          failure = answer.kind === "failed" ? answer.message : undefined;
          if (answer.kind === "delivered") delivered.push(...items);
          else if (items[0] !== undefined && items.length === 1) {
            reasons.set(items[0], answer.message);
          }
          return answer;
        },
        // Nothing is put into quarantine here: each record may be asked about.
        probes: () => batch,
        isSame: (left, right) => left.line === right.line,
      });
      for (const entry of delivered) taken.add(entry);
      remove(directory, delivered);
      wait = failure;
    }
  } finally {
    await sender.close();
  }
  const retried = entries.map((entry) => ({
    id: entry.flat.record_id,
    isTaken: taken.has(entry),
    reason: taken.has(entry) ? undefined : reasons.get(entry),
  }));
  return { retried, wait };
}

/** Grouped by resource object: that is how the exporter groups them. */
function logsOf(items: readonly FoundEntry[]): ReturnType<typeof toLogRecord>[] {
  const resources = new Map<string, ReturnType<typeof toResource>>();
  return items.map(({ line, resource }) => {
    const key = JSON.stringify(resource);
    const known = resources.get(key) ?? toResource(resource);
    resources.set(key, known);
    return toLogRecord(decodeJsonLine(line), known);
  });
}

function remove(directory: string, entries: readonly FoundEntry[]): void {
  for (const file of new Set(entries.map((entry) => entry.file))) {
    const texts = entries.filter((entry) => entry.file === file).map(({ text }) => text);
    release(directory, file, new Set(texts));
  }
}
