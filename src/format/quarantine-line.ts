/** One refused record as one line of a quarantine file; docs/format.md is the contract. */
import type { RecordAttributes } from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { zod } from "../lib/late-packages.ts";
import { parseFlatLine } from "./json-line.ts";
import type { FlatRecord } from "./flat.ts";

/** A record that a receiver refused for good. */
export interface QuarantinedRecord {
  /** When it was put there, ISO 8601 UTC. */
  readonly time: string;
  /** Host, and port where it is named, of the receiver; never a path, a query or credentials. */
  readonly endpoint: string;
  /** What the receiver said, masked and cut. */
  readonly reason: string;
  /** The resource of the record's stream, which stands only in the start record of the journal. */
  readonly resource: RecordAttributes;
  /** The line of the journal, byte for byte. */
  readonly line: string;
}

/** A quarantined record with its line read. */
export interface QuarantineEntry extends QuarantinedRecord {
  readonly flat: FlatRecord;
  /** The whole line as it stands in the file. */
  readonly text: string;
}

/** Built with the first line: who reads no quarantine does not load zod. */
function createHead() {
  const z = zod();
  return z.object({
    version: z.literal(1),
    time: z.string(),
    endpoint: z.string(),
    reason: z.string(),
    resource: z.record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
    ),
    record: z.looseObject({}),
  });
}
let head: ReturnType<typeof createHead> | undefined;

/** No other place of the line can have these characters: before it stand texts and a flat map. */
const RECORD_KEY = ',"record":{';

/** One line, without the line end: the journal's line is put in as it is. */
export function encodeQuarantineLine(entry: QuarantinedRecord): string {
  const { time, endpoint, reason, resource, line } = entry;
  const start = JSON.stringify({ version: 1, time, endpoint, reason, resource });
  return `${start.slice(0, -1)},"record":${line}}`;
}

/**
 * What stands in a line of a quarantine file.
 *
 * @throws {AuditError} `unreadable` when it is none.
 */
export function decodeQuarantineLine(text: string): QuarantineEntry {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AuditError("unreadable", `not a JSON line: ${messageOf(error)}`, { cause: error });
  }
  head ??= createHead();
  const parsed = head.safeParse(value);
  const at = text.indexOf(RECORD_KEY);
  if (!parsed.success || at < 0) {
    const where = parsed.error?.issues[0]?.path.join(".") ?? "record";
    throw new AuditError("unreadable", `not a quarantined record: ${where}`);
  }
  const { time, endpoint, reason, resource } = parsed.data;
  const line = text.slice(at + RECORD_KEY.length - 1, text.lastIndexOf("}"));
  return { time, endpoint, reason, resource, line, flat: parseFlatLine(line), text };
}
