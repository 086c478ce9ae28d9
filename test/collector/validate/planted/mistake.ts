/** A mistake in a configuration that is right otherwise. */
export interface Mistake {
  readonly name: string;
  /** File in ../right/. */
  readonly base: string;
  /**
   * Texts of it, each there exactly once, and what stands there instead. Where a finding is due, a
   * line ends in `#! code code`.
   */
  readonly changes: readonly (readonly [from: string, to: string])[];
}

/** A mistake of one change in spool.yaml. */
export function inSpool(name: string, from: string, to: string): Mistake {
  return { name, base: "spool.yaml", changes: [[from, to]] };
}
