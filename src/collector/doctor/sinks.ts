/** Where a record may have arrived, and what it looks like there. */
import { decodeCsvRows, toFlat } from "../../format/index.ts";
import { messageOf } from "../../lib/errors.ts";
import { decodeBlock } from "../../read/index.ts";
import { COLLECTOR_CSV, COLLECTOR_JSON } from "../prepare.ts";
import { createFileTail } from "./file-tail.ts";
import { DUMMIES, type Probe } from "./probe.ts";

/** What was found in one sink. */
export interface Arrival {
  /** File or URL. */
  readonly place: string;
  /** The record as it is there: JSON, else the text that was found. */
  readonly record: string;
  /** Where dummy secrets stand in clear. */
  readonly clear: readonly string[];
}

/** Something that records go to. */
export interface Sink {
  readonly name: string;
  /** File or URL that is looked at. */
  readonly place: string;
  /** Undefined: not there yet. @throws what keeps it from looking. */
  readonly look: (probe: Probe) => Promise<Arrival | undefined>;
  /** What to think of when it does not arrive. */
  readonly hint: () => string;
}

/** Both files of a Collector's directory, from what they hold now on. @throws the system error where it cannot be listed. */
export function fileSinks(directory: string): readonly Sink[] {
  return [
    fileSink(directory, { name: COLLECTOR_JSON, isOurs: /^audit(?:-.*)?\.jsonl$/, decode: ofJson }),
    fileSink(directory, { name: COLLECTOR_CSV, isOurs: /^audit(?:-.*)?\.csv$/, decode: ofCsv }),
  ];
}

interface FileSinkParts {
  readonly name: string;
  readonly isOurs: RegExp;
  /** The record of an id as JSON; undefined where the line does not read as one. */
  readonly decode: (line: string, id: string) => string | undefined;
}

function fileSink(directory: string, { name, isOurs, decode }: FileSinkParts): Sink {
  const tail = createFileTail(directory, (file) => isOurs.test(file));
  return {
    name,
    place: `${directory}/${name}`,
    async look({ id }) {
      const line = tail.read().find(({ text }) => text.includes(id));
      if (line === undefined) return undefined;
      const record = decode(line.text, id) ?? line.text;
      return { place: line.file, record, clear: clearIn(record) };
    },
    hint: () =>
      tail.isThere()
        ? `other records may be there: the pipeline that writes ${name} has stopped or drops this one, or the directory belongs to another Collector`
        : `there is no such file: is ${directory} the AUDIT_COLLECTOR_DIR of this Collector, and does its configuration write ${name}?`,
  };
}

function ofJson(line: string, id: string): string | undefined {
  const bytes = Uint8Array.from(Buffer.from(`${line}\n`));
  const block = { file: "", form: "otlp", firstLine: 1, bytes, isEnded: true } as const;
  for (const found of decodeBlock(block)) {
    if (found.kind !== "record") continue;
    const flat = toFlat(found.record);
    if (flat.record_id === id) return JSON.stringify(flat, null, 2);
  }
  return undefined;
}

function ofCsv(line: string): string | undefined {
  try {
    const [row] = decodeCsvRows(`${line}\n`);
    return row === undefined ? undefined : JSON.stringify(toFlat(row.record), null, 2);
  } catch {
    return undefined;
  }
}

/** A backend never takes longer for an answer than this; it is asked again. */
const QUERY_MILLIS = 5000;
/** More of an answer is not shown. */
const MAX_ANSWER = 4000;

/** @param template URL with `{id}`, for the record id. */
export function querySink(template: string, headers: Readonly<Record<string, string>>): Sink {
  const place = template;
  let last = "it was not asked";
  return {
    name: "query",
    place,
    async look({ id, mark }) {
      try {
        const response = await fetch(template.replaceAll("{id}", encodeURIComponent(id)), {
          headers,
          signal: AbortSignal.timeout(QUERY_MILLIS),
        });
        const text = await response.text();
        last = `it answered ${response.status} without the record`;
        if (!response.ok) last = `it answered ${response.status}: ${text.slice(0, 200)}`;
        // An answer may quote the question, and the id with it; the mark was in no question.
        if (!response.ok || !text.includes(mark)) return undefined;
        return { place, record: text.slice(0, MAX_ANSWER), clear: clearIn(text) };
      } catch (error) {
        last = causeOf(error);
        return undefined;
      }
    },
    hint: () => last,
  };
}

function clearIn(text: string): readonly string[] {
  return DUMMIES.filter(({ value }) => text.includes(value)).map(({ where }) => where);
}

/** What a failed `fetch` says; the reason stands in its cause. */
export function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return messageOf(first);
}
