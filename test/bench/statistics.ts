/** Medians and percentiles of measured values. */

/**
 * The value below which the share of the values lies, nearest rank.
 *
 * @param share 0.5 for the median, 0.99 for p99.
 * @returns NaN for no values.
 */
export function percentile(values: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** The middle value; the mean of the two middle ones for an even number. NaN for no values. */
export function median(values: Iterable<number>): number {
  const sorted = Float64Array.from(values).toSorted();
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** Lowest and highest value. */
export function range(values: Iterable<number>): readonly [number, number] {
  const sorted = Float64Array.from(values).toSorted();
  return [sorted[0] ?? Number.NaN, sorted.at(-1) ?? Number.NaN];
}
