/** How much room the journal takes, and for how long. */
import { z } from "zod";
import { AuditError } from "../lib/errors.ts";
import { choice, type Environment, variable } from "./environment.ts";

/** Options of the journal; each one wins over its environment variable. */
export interface JournalSettings {
  /**
   * Bytes after which a new segment begins. Default 64 MiB, an eighth of `maxBytes` where that is
   * less. 64 KiB to 1 GiB.
   */
  readonly maxSegmentBytes?: number;
  /** Seconds after which the next record begins a new segment. Default 86 400, a day. At least 1. */
  readonly maxSegmentAgeSeconds?: number;
  /**
   * Bytes of the filesystem that are kept free for records of `closed` actions: with less, those of
   * `open` ones are refused and counted as lost. 0: nothing is kept. Environment:
   * AUDIT_JOURNAL_RESERVE_BYTES. Default 64 MiB, a tenth of the filesystem where that is less.
   */
  readonly reserveBytes?: number;
  /**
   * Days that a segment is kept; fractions are allowed. With shipping they count from when it was
   * shipped, else from its last record. Environment: AUDIT_JOURNAL_RETAIN_DAYS. Default: 7 with
   * shipping, for ever without. `Infinity`, `forever` in the environment: for ever.
   */
  readonly retainDays?: number;
  /**
   * Bytes that the journals of the directory may take: beyond it the oldest segments are deleted that
   * nobody needs any more; at 80 % a line warns. What is not shipped yet, where records are shipped,
   * is never deleted. Environment: AUDIT_JOURNAL_MAX_BYTES. Default: no limit. At least 1 MiB.
   */
  readonly maxBytes?: number;
  /**
   * Whether the audit directory may be on a network filesystem, where neither syncs nor locks can be
   * relied on. Environment: AUDIT_ALLOW_NETWORK_FILESYSTEM=on. Default false.
   */
  readonly allowNetworkFilesystem?: boolean;
}

/** The same with nothing left to decide; undefined: what the filesystem suggests. */
export interface ResolvedJournal {
  readonly maxSegmentBytes: number;
  readonly maxSegmentAgeMillis: number;
  readonly reserveBytes: number | undefined;
  /** Infinity: for ever. */
  readonly retainMillis: number;
  /** Infinity: no limit. */
  readonly maxBytes: number;
  readonly isNetworkAllowed: boolean;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const DAY_SECONDS = 24 * 60 * 60;
const MIN_SEGMENT_BYTES = 64 * KIB;
const MAX_SEGMENT_BYTES = 1024 * MIB;
const DEFAULT_SEGMENT_BYTES = 64 * MIB;
/** So that deleting one segment does not free more than an eighth of what may be kept. */
const SEGMENTS_OF_LIMIT = 8;
const DEFAULT_SHIPPED_DAYS = 7;

const bytes = (least: number, most: number = Number.MAX_SAFE_INTEGER): z.ZodNumber =>
  z.number().int().min(least).max(most);
const days = z.union([z.number().positive(), z.literal(Number.POSITIVE_INFINITY)]);

/** What `createAudit({ journal })` may be. */
export const journalSettingsSchema: z.ZodType = z.strictObject({
  maxSegmentBytes: bytes(MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES).optional(),
  maxSegmentAgeSeconds: z.number().min(1).optional(),
  reserveBytes: bytes(0).optional(),
  retainDays: days.optional(),
  maxBytes: bytes(MIB).optional(),
  allowNetworkFilesystem: z.boolean().optional(),
});

/**
 * Parameter over environment over default.
 *
 * @param given checked against {@link journalSettingsSchema}.
 * @param isShipping whether records are sent to a receiver.
 * @throws {AuditError} `invalid_option` naming the variable, its value and what it may be.
 */
export function resolveJournal(
  given: JournalSettings | undefined,
  isShipping: boolean,
  env: Environment,
): ResolvedJournal {
  const retainDays =
    given?.retainDays ??
    daysVariable(env, "AUDIT_JOURNAL_RETAIN_DAYS") ??
    (isShipping ? DEFAULT_SHIPPED_DAYS : Number.POSITIVE_INFINITY);
  const maxBytes =
    given?.maxBytes ??
    bytesVariable(env, "AUDIT_JOURNAL_MAX_BYTES", MIB) ??
    Number.POSITIVE_INFINITY;
  const reserveBytes = given?.reserveBytes ?? bytesVariable(env, "AUDIT_JOURNAL_RESERVE_BYTES", 0);
  return {
    maxSegmentBytes: given?.maxSegmentBytes ?? defaultSegmentBytes(maxBytes),
    maxSegmentAgeMillis: (given?.maxSegmentAgeSeconds ?? DAY_SECONDS) * 1000,
    reserveBytes,
    retainMillis: retainDays * DAY_SECONDS * 1000,
    maxBytes,
    isNetworkAllowed:
      given?.allowNetworkFilesystem ??
      choice(env, "AUDIT_ALLOW_NETWORK_FILESYSTEM", ["on", "off"] as const) === "on",
  };
}

function defaultSegmentBytes(maxBytes: number): number {
  const share = Math.floor(maxBytes / SEGMENTS_OF_LIMIT);
  return Math.max(MIN_SEGMENT_BYTES, Math.min(DEFAULT_SEGMENT_BYTES, share));
}

function bytesVariable(env: Environment, name: string, least: number): number | undefined {
  const value = variable(env, name);
  if (value === undefined) return undefined;
  const parsed = bytes(least).safeParse(/^\d+$/.test(value) ? Number(value) : value);
  if (parsed.success) return parsed.data;
  throw new AuditError(
    "invalid_option",
    `${name} must be a whole number of bytes, at least ${least}; it is ${JSON.stringify(value)}`,
  );
}

function daysVariable(env: Environment, name: string): number | undefined {
  const value = variable(env, name);
  if (value === undefined) return undefined;
  if (value === "forever") return Number.POSITIVE_INFINITY;
  const parsed = days.safeParse(/^\d+(\.\d+)?$/.test(value) ? Number(value) : value);
  if (parsed.success) return parsed.data;
  throw new AuditError(
    "invalid_option",
    `${name} must be a number of days above 0, or forever; it is ${JSON.stringify(value)}`,
  );
}
