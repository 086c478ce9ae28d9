import { isDeepStrictEqual } from "node:util";
import {
  type Actor,
  type AnyMap,
  ATTR_ACTOR_AUTHENTICATION,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_ACTOR_ROLE,
  ATTR_AUTHORIZATION_BY,
  ATTR_AUTHORIZATION_ID,
  ATTR_SNAPSHOT_ID,
  ATTR_SOURCE_ID,
  ATTR_SOURCE_TYPE,
  normaliseValue,
  type Outcome,
  type RecordKind,
  type Target,
} from "../event/index.ts";
import { type FlatRecord, fromFlat } from "../format/index.ts";
import { AuditError } from "../lib/errors.ts";

/** A text, or a pattern that it matches. */
export type ExpectedText = string | RegExp;

/** What a record has to say; what is not named here may be anything. Maps match when they hold at least this. */
export interface ExpectedRecord {
  readonly action?: ExpectedText;
  /** A text is the id. */
  readonly actor?: string | Partial<Actor>;
  readonly target?: Target;
  readonly outcome?: Outcome;
  readonly before?: AnyMap;
  readonly after?: AnyMap;
  /** The action's own details, without `before` and `after`. */
  readonly details?: AnyMap;
  readonly reason?: ExpectedText;
  readonly error?: ExpectedText;
  readonly authorization?: { readonly id?: string; readonly by?: string };
  readonly snapshot?: string;
  readonly source?: { readonly id?: string; readonly type?: string };
  /** `package.Service/Method` of a gRPC call. */
  readonly method?: ExpectedText;
  /** Name of the gRPC status of a call. */
  readonly status?: string;
  /** Default `result`. */
  readonly kind?: RecordKind;
  /** Attributes under their OpenTelemetry names. */
  readonly attributes?: AnyMap;
}

/** A record in the words of an event, to be compared with an {@link ExpectedRecord}. */
export type Comparable = Readonly<Record<keyof ExpectedRecord, unknown>>;

/** A record in the words of an event. */
export function comparableOf(record: FlatRecord): Comparable {
  const { attributes, body } = fromFlat(record);
  const { before, after, ...details } = body;
  return {
    action: record.action_type,
    kind: record.kind,
    outcome: record.outcome,
    actor: {
      id: record.actor_id,
      type: record.actor_type,
      role: attributes[ATTR_ACTOR_ROLE],
      authentication: attributes[ATTR_ACTOR_AUTHENTICATION],
      delegator: attributes[ATTR_ACTOR_DELEGATOR_ID],
    },
    target: { type: record.target_type, id: record.target_id },
    before,
    after,
    details,
    reason: record.reason,
    error: record.error ?? undefined,
    authorization: { id: attributes[ATTR_AUTHORIZATION_ID], by: attributes[ATTR_AUTHORIZATION_BY] },
    snapshot: attributes[ATTR_SNAPSHOT_ID],
    source: { id: attributes[ATTR_SOURCE_ID], type: attributes[ATTR_SOURCE_TYPE] },
    method: record.method,
    status: record.rpc_status,
    attributes,
  };
}

/** One place where a record is not as expected. */
export interface Difference {
  readonly path: string;
  readonly expected: unknown;
  readonly recorded: unknown;
}

const KEYS: ReadonlySet<string> = new Set<keyof ExpectedRecord>([
  "action",
  "actor",
  "target",
  "outcome",
  "before",
  "after",
  "details",
  "reason",
  "error",
  "authorization",
  "snapshot",
  "source",
  "method",
  "status",
  "kind",
  "attributes",
]);

/**
 * The same with every shorthand written out.
 *
 * @throws {AuditError} `invalid_option` for a key that no record has: it would never match.
 */
export function writtenOut(expected: ExpectedRecord): ExpectedRecord {
  const unknown = Object.keys(expected).find((key) => !KEYS.has(key));
  if (unknown !== undefined) {
    throw new AuditError(
      "invalid_option",
      `nothing in a record is called ${JSON.stringify(unknown)}; expect one of ${[...KEYS].join(", ")}`,
    );
  }
  const { actor } = expected;
  return {
    ...expected,
    kind: expected.kind ?? "result",
    ...(typeof actor === "string" ? { actor: { id: actor } } : {}),
  };
}

/** Every place where a record is not as expected, in the order of what was expected. */
export function differencesOf(
  expected: unknown,
  recorded: unknown,
  path = "",
): readonly Difference[] {
  if (expected === undefined) return [];
  if (expected instanceof RegExp) {
    const isMatch = typeof recorded === "string" && new RegExp(expected).test(recorded);
    return isMatch ? [] : [{ path, expected, recorded }];
  }
  if (isMap(expected) && isMap(recorded)) {
    return Object.entries(expected).flatMap(([key, value]) =>
      differencesOf(value, recorded[key], path === "" ? key : `${path}.${key}`),
    );
  }
  // Records hold plain JSON: a Date or a bigint is compared as what becomes of it.
  const plain = normaliseValue(expected);
  return isDeepStrictEqual(plain, recorded) ? [] : [{ path, expected: plain, recorded }];
}

function isMap(value: unknown): value is AnyMap {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
