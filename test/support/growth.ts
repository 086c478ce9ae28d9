/** The counter of a thread goes in steps of up to 4 ms: what is measured takes several. */
const LEAST_MICROS = 20_000;
const MAX_RUNS = 1000;
const ROUNDS = 3;

/**
 * How many times the processor time of this thread a larger input costs. Processor time, the least
 * of three: other programs on the machine do not count.
 */
export function growthOf(small: () => unknown, large: () => unknown): number {
  small();
  return microsOf(large) / Math.max(1, microsOf(small));
}

function microsOf(run: () => unknown): number {
  return Math.min(...Array.from({ length: ROUNDS }, () => once(run)));
}

/** Of one run; short ones are repeated. */
function once(run: () => unknown): number {
  const before = process.threadCpuUsage();
  for (let runs = 1; ; runs++) {
    run();
    const { user, system } = process.threadCpuUsage(before);
    if (user + system >= LEAST_MICROS || runs === MAX_RUNS) return (user + system) / runs;
  }
}
