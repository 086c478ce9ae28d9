import type { OpenCalls } from "../capture/index.ts";
import { type Action, type BuiltInAction, newId } from "../event/index.ts";
import { type FlatRecord, parseFlatLine } from "../format/index.ts";
import type { Journal } from "../journal/index.ts";
import type { Clock } from "../lib/clock.ts";
import { AuditError } from "../lib/errors.ts";
import type { Audit } from "../record/index.ts";
import { admit } from "../setup/create-audit.ts";
import { type AuditOptions, resolveOptions } from "../setup/options.ts";
import { openAudit } from "../setup/pipeline.ts";

/** Options of {@link createTestAudit}: those of `createAudit` that do not name a place, and what a test decides. */
export interface TestAuditOptions<A extends Action = never> extends Pick<
  AuditOptions<A>,
  "policy" | "redaction" | "redactionKeyFile" | "actions" | "actor" | "service"
> {
  /** What time it is; durations follow it too. Default: the real time. */
  readonly now?: () => Date;
  /** Makes the id of the stream, which is asked for first, and then those of calls. Default: random ids. */
  readonly newId?: () => string;
}

/** An audit log whose records stay in memory. */
export interface TestAudit<A extends Action = BuiltInAction> extends Audit<A> {
  /** What was recorded since the start or the last `clear`, in the shape of `audit_log.json`, oldest first. */
  readonly records: readonly FlatRecord[];
  /** Lines that production would have written to stderr. */
  readonly reported: readonly string[];
  /** Forgets what was recorded and reported. */
  readonly clear: () => void;
}

/** A test says what applies: nothing is taken from the working directory or the environment. */
const NO_POLICY = { version: 1, coverage: "off" } as const;
const BUILT_IN_REDACTION = { version: 1 } as const;

/**
 * Opens an audit log for a test: the same checks, policy, redaction and records as `createAudit`,
 * also for `auditGrpc(grpc, audit)`, but in memory. Nothing has to be closed or deleted.
 *
 * @example
 * const audit = await createTestAudit();
 * await new Service(audit).pause("ann");
 * expectRecorded(audit, { action: "pause", actor: "ann" });
 * @throws {AuditError} as a rejection: `invalid_option`, `invalid_policy`, `untrusted_file`, `unreadable`.
 */
export async function createTestAudit<A extends Action = never>(
  options: TestAuditOptions<A> = {},
): Promise<TestAudit<A | BuiltInAction>> {
  const unknown = Object.keys(options).find((key) => !KEYS.has(key));
  if (unknown !== undefined) {
    throw new AuditError(
      "invalid_option",
      `createTestAudit: ${JSON.stringify(unknown)} is none of ${[...KEYS].join(", ")}`,
    );
  }
  const { now, newId: makeId = newId, ...others } = options;
  checkFunctions({ now, newId: makeId });
  const resolved = resolveOptions(
    {
      ...others,
      policy: options.policy ?? NO_POLICY,
      redaction: options.redaction ?? BUILT_IN_REDACTION,
      format: "journal",
      directory: MEMORY,
    },
    {},
  );
  const reported: string[] = [];
  const journal = createMemoryJournal(makeId());
  const opened = openAudit(resolved, MEMORY, {
    surroundings: {
      journal,
      newId: makeId,
      ...(now === undefined ? {} : { clock: clockOf(now) }),
      openCalls: createOpenCallList(),
      report: (line) => void reported.push(line),
    },
  });
  await opened.ready();
  const audit: TestAudit = {
    ...opened.audit,
    reported,
    get records() {
      return journal.records();
    },
    clear() {
      journal.clear();
      reported.length = 0;
    },
  };
  admit({ ...opened, audit });
  return audit;
}

const KEYS: ReadonlySet<string> = new Set<keyof TestAuditOptions>([
  "policy",
  "redaction",
  "redactionKeyFile",
  "actions",
  "actor",
  "service",
  "now",
  "newId",
]);

function checkFunctions(given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || typeof value === "function") continue;
    throw new AuditError(
      "invalid_option",
      `createTestAudit: ${name} must be a function; it is ${JSON.stringify(value)}`,
    );
  }
}

/**
 * @throws {AuditError} `invalid_option` at once where what is given is no time.
 */
function clockOf(now: () => Date): Clock {
  const millis = (): number => {
    const given: unknown = now();
    const time = given instanceof Date ? given.getTime() : Number.NaN;
    if (!Number.isNaN(time)) return time;
    throw new AuditError(
      "invalid_option",
      `createTestAudit: now() gave no valid date: ${String(given)}`,
    );
  };
  millis();
  return { nowMicros: () => BigInt(millis()) * 1000n, monotonicMillis: millis };
}

/** No path at all: what would want to write to it fails. */
const MEMORY = "(memory)";

interface MemoryJournal extends Journal {
  readonly records: () => readonly FlatRecord[];
  readonly clear: () => void;
}

function createMemoryJournal(stream: string): MemoryJournal {
  let records: FlatRecord[] = [];
  let appended = 0;
  return {
    stream,
    append(line) {
      appended++;
      const record = parseFlatLine(line);
      // What runs here is the test.
      if (record.kind !== "start") records.push(record);
    },
    synced: () => Promise.resolve(),
    problem: () => undefined,
    unconfirmed: () => 0,
    confirmed: () => appended,
    close() {},
    records: () => records,
    clear() {
      // A new list: who kept the old one keeps what was in it.
      records = [];
    },
  };
}

/** Without the timer that notes long calls: no test waits for it, and it would outlive one. */
function createOpenCallList(): OpenCalls {
  const running = new Set<Parameters<OpenCalls["add"]>[0]>();
  return {
    add: (call) => void running.add(call),
    delete: (call) => void running.delete(call),
    count: () => running.size,
    close() {
      for (const call of running) call.abandon();
    },
  };
}
