import { counted, verbFor } from "../lib/counted.ts";

/** How an audit log is. */
export interface AuditHealth {
  /**
   * `green`: everything so far is recorded. `yellow`: it works now, but somebody should look: since it
   * was opened something was lost, refused or may not survive power loss, a receiver refused records
   * for good, records wait to be shipped for more than five minutes, or stand only in memory, the views
   * cannot be written, or the journal cannot be made as small or young as its retention says. `red`:
   * records cannot be written or made durable now, or the audit log is closed. No receiver turns it
   * red where there is a disk: it makes no service less ready.
   */
  readonly state: HealthState;
  /** Why it is not green, in words; empty when it is. */
  readonly problems: readonly string[];
  /**
   * Records that were to be written since it was opened, whether or not they could be. Gap records are
   * not among them, nor are the intents of calls that were refused. Equal failures that stand in one
   * record with their count are counted one by one. Checkpoints are in none of these counts.
   */
  readonly recorded: number;
  /** Lines written to the journal since it was opened, gap records too; in memory where there is no directory. */
  readonly written: number;
  /** Of the written ones, those that survive power loss: on disk, or with the receiver where there is none. */
  readonly synced: number;
  /**
   * Records that could not be written; gap records tell of them. Where somebody took lines from the
   * journal, all that stood on them, checkpoints too.
   */
  readonly lost: number;
  /** Records that were written, but whose sync failed: they may not survive power loss. */
  readonly unconfirmed: number;
  /** Calls that were refused because their `closed` action could not be audited. */
  readonly refused: number;
  /** Audited calls, and actions of `around`, that are running. */
  readonly openCalls: number;
  /** How shipping stands; undefined: this audit log ships nothing. */
  readonly shipping: ShippingHealth | undefined;
}

/** The three states an audit log can be in. */
export type HealthState = "green" | "yellow" | "red";

/** How shipping stands. Counts are since the audit log was opened, and checkpoints are among them. */
export interface ShippingHealth {
  /**
   * Whether this process ships. One process of a directory does it for all; what waits there is known
   * to that process only.
   */
  readonly isShipping: boolean;
  /** Records that the receiver took. */
  readonly shipped: number;
  /** Records that the receiver refused for good; they stand in `quarantine/`, where there is a directory. */
  readonly quarantined: number;
  /** Lines of the journals that are no records: they cannot be shipped, and were passed over. */
  readonly unreadable: number;
  /** Records of all streams of the directory that the receiver has not got yet. */
  readonly backlogRecords: number;
  /** Their bytes in the journal. */
  readonly backlogBytes: number;
  /** Milliseconds since the oldest of them happened, by the wall clock; 0 when there are none. */
  readonly backlogAgeMillis: number;
  /** When the last batch was taken, milliseconds since the epoch; undefined: none yet. */
  readonly lastSuccessMillis: number | undefined;
  /** Why the receiver takes no records now; undefined: it does, or was not asked yet. */
  readonly problem: string | undefined;
}

/** What an audit log knows of itself. */
export interface HealthFacts extends Omit<AuditHealth, "state" | "problems"> {
  readonly isClosed: boolean;
  /** Why writing or syncing fails now; undefined: it works. */
  readonly failing: string | undefined;
  /** What is not as it should be for as long as it runs. */
  readonly notes?: readonly string[];
  /** Whether there is no directory. Default false. */
  readonly isInMemory?: boolean;
}

/**
 * A record that waits longer turns health yellow. Receivers restart within seconds, and after five
 * minutes ten attempts have failed.
 */
export const LATE_MILLIS: number = 5 * 60 * 1000;

/** The health that follows from the facts. */
export function healthOf({
  isClosed,
  failing,
  notes = [],
  isInMemory = false,
  ...counts
}: HealthFacts): AuditHealth {
  const red = [
    ...(isClosed ? ["the audit log is closed"] : []),
    ...(failing === undefined ? [] : [failing]),
  ];
  const yellow = [
    ...notes,
    ...(counts.lost === 0
      ? []
      : [`${counted(counts.lost, "record")} ${verbFor(counts.lost, "was")} lost`]),
    ...(counts.unconfirmed === 0
      ? []
      : [`${counted(counts.unconfirmed, "record")} may not survive power loss`]),
    ...(counts.refused === 0
      ? []
      : [`${counted(counts.refused, "call")} ${verbFor(counts.refused, "was")} refused`]),
    ...(counts.shipping === undefined ? [] : shippingProblems(counts.shipping, isInMemory)),
  ];
  return {
    state: red.length > 0 ? "red" : yellow.length > 0 ? "yellow" : "green",
    problems: [...red, ...yellow],
    ...counts,
  };
}

function shippingProblems(shipping: ShippingHealth, isInMemory: boolean): readonly string[] {
  const { quarantined, unreadable, backlogRecords, backlogAgeMillis, problem } = shipping;
  const where = isInMemory
    ? `${verbFor(quarantined, "is")} lost: there is no directory`
    : `${verbFor(quarantined, "stands")} in quarantine/`;
  const minutes = Math.floor(backlogAgeMillis / 60_000);
  return [
    ...(quarantined === 0
      ? []
      : [
          `${counted(quarantined, "record")} ${verbFor(quarantined, "was")} refused by the receiver and ${where}`,
        ]),
    ...(unreadable === 0
      ? []
      : [
          `${counted(unreadable, "line")} of the journal ${verbFor(unreadable, "is no record")} and ${verbFor(unreadable, "was")} not shipped`,
        ]),
    ...(backlogAgeMillis <= LATE_MILLIS
      ? []
      : [
          `${counted(backlogRecords, "record")} ${verbFor(backlogRecords, "waits")} to be shipped, the oldest for ${minutes} min${problem === undefined ? "" : `: ${problem}`}`,
        ]),
  ];
}
