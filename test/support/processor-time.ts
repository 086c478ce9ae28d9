/** Milliseconds of processor time that this process took since `start`, which a machine that stands still does not add to. */
export function processorMillisSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
