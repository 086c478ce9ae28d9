/** Preloaded into a program: tells at its end what it used. */
import { readFileSync, writeSync } from "node:fs";
import { type OwnUsage, USAGE_DESCRIPTOR } from "../measured-process.ts";

process.once("exit", () => {
  const { user, system } = process.cpuUsage();
  const usage: OwnUsage = {
    seconds: performance.now() / 1000,
    cpuMicros: user + system,
    peakBytes: peakBytes(),
  };
  writeSync(USAGE_DESCRIPTOR, JSON.stringify(usage));
});

/** What `getrusage` says begins with the memory of the process that started this one: Linux knows better. */
function peakBytes(): number {
  try {
    const [, kibibytes] =
      /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  } catch {
    // No Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
