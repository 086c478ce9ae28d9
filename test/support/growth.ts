/** Less than this is noise. */
const FLOOR_MICROS = 1500;

/**
 * How many times the processor time of this thread a larger input costs. Processor time, the least
 * of seven: other programs on the machine do not count.
 */
export function growthOf(small: () => unknown, large: () => unknown): number {
  small();
  return microsOf(large) / Math.max(FLOOR_MICROS, microsOf(small));
}

const ROUNDS = 7;

function microsOf(run: () => unknown): number {
  return Math.min(...Array.from({ length: ROUNDS }, () => once(run)));
}

function once(run: () => unknown): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}
