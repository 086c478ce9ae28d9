/** Values of SQL as people and programs read them. */
import {
  type DuckDBType,
  DuckDBTimestampTZValue,
  type DuckDBValue,
  type Json,
  JsonDuckDBValueConverter,
} from "@duckdb/node-api";
import { toIsoMicros } from "../../../lib/clock.ts";
import { screenTime } from "../columns.ts";

/** A column of a result. */
export interface SqlColumn {
  readonly name: string;
  readonly type: DuckDBType;
}

/** A value as JSON: times as ISO 8601 in UTC, whole numbers as numbers as long as they stay the same. */
export function jsonOf(value: DuckDBValue, { type }: SqlColumn): Json {
  if (value instanceof DuckDBTimestampTZValue) return timeOf(value);
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (type.alias === "JSON" && typeof value === "string") return parsed(value);
  return JsonDuckDBValueConverter(value, type, JsonDuckDBValueConverter) ?? null;
}

/**
 * A value as a text.
 *
 * @param zone of times; undefined: UTC, as files have them.
 */
export function textOf(value: DuckDBValue, column: SqlColumn, zone?: string): string {
  if (value === null) return "";
  if (value instanceof DuckDBTimestampTZValue) {
    const time = timeOf(value);
    return zone === undefined ? time : screenTime(time, zone);
  }
  if (typeof value === "string") return value;
  const json = jsonOf(value, column);
  return typeof json === "string" ? json : JSON.stringify(json);
}

/** The last time that has four digits for its year; beyond it there is only what DuckDB says. */
const LAST_MICROS = 253_402_300_799_999_999n;

function timeOf(value: DuckDBTimestampTZValue): string {
  const { micros } = value;
  return micros >= 0n && micros <= LAST_MICROS ? toIsoMicros(micros) : String(value);
}

function parsed(text: string): Json {
  try {
    // What JSON.parse gives is Json by its definition.
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
