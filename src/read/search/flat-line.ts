import { type BodyMap, type RecordAttributes } from "../../event/portable.ts";
import { type Column, columnAt, createLineScanner, type Status } from "../../format/index.ts";
import type { QueriedRecord } from "../query/query.ts";

/** Reads journal lines as far as somebody asks for something in them. */
export interface FlatLines {
  /**
   * The record of a line that is exactly what otel-audit writes; undefined for any other. It is good
   * until the next line is read.
   */
  readonly read: (bytes: Buffer, start: number, end: number) => QueriedRecord | undefined;
}

/** Creates one; it holds its last line. */
export function createFlatLines(): FlatLines {
  const line = new FlatLine();
  return { read: (bytes, start, end) => (line.scan(bytes, start, end) ? line : undefined) };
}

const AT = {
  timestamp: columnAt("timestamp"),
  action_type: columnAt("action_type"),
  status: columnAt("status"),
  details: columnAt("details"),
  error: columnAt("error"),
  record_id: columnAt("record_id"),
  stream: columnAt("stream"),
  sequence: columnAt("sequence"),
  kind: columnAt("kind"),
  call_id: columnAt("call_id"),
  outcome: columnAt("outcome"),
  actor_id: columnAt("actor_id"),
  actor_type: columnAt("actor_type"),
  target_type: columnAt("target_type"),
  target_id: columnAt("target_id"),
  reason: columnAt("reason"),
  method: columnAt("method"),
  rpc_status: columnAt("rpc_status"),
  duration_ms: columnAt("duration_ms"),
  source: columnAt("source"),
  service: columnAt("service"),
  trace_id: columnAt("trace_id"),
  span_id: columnAt("span_id"),
  attributes: columnAt("attributes"),
} as const satisfies Record<Column, number>;
/** A text in quotes, or null. */
const QUOTE = 0x22;
const FIRST_OF_SUCCESS = 0x73;

/** A class: its columns are looked up when they are asked for, which few are. */
class FlatLine implements QueriedRecord {
  readonly #scanner = createLineScanner();
  #bytes: Buffer = Buffer.alloc(0);
  #details: BodyMap | undefined;
  #attributes: RecordAttributes | undefined;

  scan(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#details = this.#attributes = undefined;
    return this.#scanner.scan(bytes, start, end);
  }

  get timestamp(): string {
    return this.#text(AT.timestamp);
  }
  get action_type(): string {
    return this.#text(AT.action_type);
  }
  get status(): Status {
    // The scanner takes these two alone.
    return this.#bytes[this.#scanner.startOf(AT.status) + 1] === FIRST_OF_SUCCESS
      ? "success"
      : "failed";
  }
  get details(): BodyMap {
    // The scanner takes maps alone for this column.
    return (this.#details ??= this.#json(AT.details) as BodyMap);
  }
  get error(): string | null {
    return this.#maybe(AT.error) ?? null;
  }
  get record_id(): string {
    return this.#text(AT.record_id);
  }
  get stream(): string {
    return this.#text(AT.stream);
  }
  get sequence(): number {
    return Number(this.#slice(AT.sequence));
  }
  get kind(): string {
    return this.#text(AT.kind);
  }
  get call_id(): string | undefined {
    return this.#maybe(AT.call_id);
  }
  get outcome(): string | undefined {
    return this.#maybe(AT.outcome);
  }
  get actor_id(): string | undefined {
    return this.#maybe(AT.actor_id);
  }
  get actor_type(): string | undefined {
    return this.#maybe(AT.actor_type);
  }
  get target_type(): string | undefined {
    return this.#maybe(AT.target_type);
  }
  get target_id(): string | undefined {
    return this.#maybe(AT.target_id);
  }
  get reason(): string | undefined {
    return this.#maybe(AT.reason);
  }
  get method(): string | undefined {
    return this.#maybe(AT.method);
  }
  get rpc_status(): string | undefined {
    return this.#maybe(AT.rpc_status);
  }
  get source(): string | undefined {
    return this.#maybe(AT.source);
  }
  get service(): string | undefined {
    return this.#maybe(AT.service);
  }
  get trace_id(): string | undefined {
    return this.#maybe(AT.trace_id);
  }
  get span_id(): string | undefined {
    return this.#maybe(AT.span_id);
  }
  get duration_ms(): number | undefined {
    const text = this.#slice(AT.duration_ms);
    return text === "" ? undefined : Number(text);
  }
  get attributes(): RecordAttributes {
    // And of this one scalars and lists of texts.
    return (this.#attributes ??= this.#json(AT.attributes) as RecordAttributes);
  }

  #slice(column: number): string {
    const start = this.#scanner.startOf(column);
    return start < 0 ? "" : this.#bytes.toString("utf8", start, this.#scanner.endOf(column));
  }

  #json(column: number): unknown {
    return JSON.parse(this.#slice(column));
  }

  #maybe(column: number): string | undefined {
    const start = this.#scanner.startOf(column);
    if (start < 0 || this.#bytes[start] !== QUOTE) return undefined;
    if (this.#scanner.isEscaped(column)) return String(this.#json(column));
    return this.#bytes.toString("utf8", start + 1, this.#scanner.endOf(column) - 1);
  }

  #text(column: number): string {
    return this.#maybe(column) ?? "";
  }
}
