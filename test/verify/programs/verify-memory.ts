/** Verifies paths, and says exit code, findings and the most memory that it took: arguments are the paths. */
import { readFileSync } from "node:fs";
import { verifyFiles } from "otel-audit/verify";

const report = await verifyFiles(process.argv.slice(2));
const [, peak = "0"] = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
const findings = report.findings.map(({ code, file, line, message }) => ({
  code,
  file,
  line,
  message: message.slice(0, 200),
}));
console.log(
  JSON.stringify({
    exitCode: report.exitCode,
    findings: findings.slice(0, 20),
    peakKilobytes: Number(peak),
  }),
);
