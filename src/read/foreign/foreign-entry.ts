import { COLUMNS } from "../../format/portable.ts";
import { shown } from "../../lib/shown.ts";
import { isMap } from "../../lib/is-map.ts";
import { timeSpanOf } from "../query/time-span.ts";

/** One event of a log of five keys, as it says of itself. */
export interface ForeignEntry {
  /** When it happened, ISO 8601 UTC with six digits; undefined: what it says is no time. */
  readonly time: string | undefined;
  readonly action: string;
  readonly isSuccess: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  readonly error: string | null;
  /** Of the file, in which it begins, counted from 1. */
  readonly line: number;
  /** What of it could not be taken as it stands there. */
  readonly doubts: readonly string[];
}

/** What stands at a place of a file. */
export type ForeignFound =
  | { readonly kind: "entry"; readonly entry: ForeignEntry }
  | { readonly kind: "problem"; readonly message: string; readonly line: number }
  /** One that must not become a copy of itself. */
  | { readonly kind: "record-of-ours"; readonly line: number };

const KEYS: readonly string[] = COLUMNS.slice(0, 5);
const ISO_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

/** A time as programs write it, in UTC where it does not say; undefined where it is none. */
export function timeOf(text: string): string | undefined {
  return ISO_TIME.test(text) ? timeSpanOf(text, { zone: "UTC" })?.from : undefined;
}

/** What a parsed value is. */
export function foundIn(value: unknown, line: number, doubts: readonly string[]): ForeignFound {
  if (!isMap(value)) return { kind: "problem", message: "it is no entry: no map", line };
  if (Object.hasOwn(value, "record_id")) return { kind: "record-of-ours", line };
  const { timestamp, action_type: action, status, details = {}, error = null } = value;
  if (typeof action !== "string" || action === "")
    return { kind: "problem", message: "it is no entry: it has no action_type", line };
  const all = [...doubts];
  const time = typeof timestamp === "string" ? timeOf(timestamp) : undefined;
  if (time === undefined) all.push(`its timestamp is ${shown(timestamp)}, which is no time`);
  if (status !== "success" && status !== "failed")
    all.push(`its status is ${shown(status)}, and is taken for failed`);
  const others = Object.keys(value).filter((key) => !KEYS.includes(key));
  if (others.length > 0)
    all.push(`it has more than the five keys, which are left out: ${shown(others.join(", "))}`);
  return {
    kind: "entry",
    entry: {
      time,
      action,
      isSuccess: status === "success",
      details: isMap(details) ? details : { details },
      error: error === null || error === "" ? null : textOf(error),
      line,
      doubts: all,
    },
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
