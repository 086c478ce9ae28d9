/** How an audit log is. */
export interface AuditHealth {
  /**
   * `green`: everything so far is recorded. `yellow`: it works now, but since it was opened
   * something was lost or refused. `red`: records cannot be written or made durable now, or the
   * audit log is closed.
   */
  readonly state: "green" | "yellow" | "red";
  /** Why it is not green, in words; empty when it is. */
  readonly problems: readonly string[];
  /** Records written since it was opened; one that stands for several events counts as these. */
  readonly written: number;
  /** Records that could not be written; gap records tell of them. */
  readonly lost: number;
  /** Records that were written, but whose sync failed: they may not survive power loss. */
  readonly unconfirmed: number;
  /** Calls that were refused because their `closed` action could not be audited. */
  readonly refused: number;
  /** Audited calls, and actions of `around`, that are running. */
  readonly openCalls: number;
}

/** What an audit log knows of itself. */
export interface HealthFacts extends Omit<AuditHealth, "state" | "problems"> {
  readonly isClosed: boolean;
  /** Why writing or syncing fails now; undefined: it works. */
  readonly failing: string | undefined;
}

/** The health that follows from the facts. */
export function healthOf({ isClosed, failing, ...counts }: HealthFacts): AuditHealth {
  const red = [
    ...(isClosed ? ["the audit log is closed"] : []),
    ...(failing === undefined ? [] : [failing]),
  ];
  const yellow = [
    ...(counts.lost === 0 ? [] : [`${counts.lost} records were lost`]),
    ...(counts.unconfirmed === 0
      ? []
      : [`${counts.unconfirmed} records may not survive power loss`]),
    ...(counts.refused === 0 ? [] : [`${counts.refused} calls were refused`]),
  ];
  return {
    state: red.length > 0 ? "red" : yellow.length > 0 ? "yellow" : "green",
    problems: [...red, ...yellow],
    ...counts,
  };
}
