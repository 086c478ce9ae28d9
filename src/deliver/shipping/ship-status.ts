/** How shipping stands. */
export interface ShipStatus {
  /** Records that a receiver has taken since the audit log was opened. */
  readonly shipped: number;
  /** Records that a receiver refused for good, since the audit log was opened; they stand in `quarantine/`. */
  readonly quarantined: number;
  /** Lines of the journal that are no records, passed over since the audit log was opened. */
  readonly unreadable: number;
  /** Records of the directory, of all its streams, that no receiver has taken yet. */
  readonly backlogRecords: number;
  /** Their bytes in the journal. */
  readonly backlogBytes: number;
  /** `audit.time` of the oldest of them; undefined: there are none. */
  readonly oldestTime: string | undefined;
  /** Wall clock, milliseconds since the epoch, of the last batch that was taken; undefined: none yet. */
  readonly lastSuccessMillis: number | undefined;
  /** Why the receiver does not take records now; undefined: it does, or was not asked yet. */
  readonly problem: string | undefined;
  /** Whether this process ships for the directory; another one's figures are not known here. */
  readonly isShipping: boolean;
}
