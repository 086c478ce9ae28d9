/** Reads a file and says what was found in it, and the most memory that it took: argv is the file. */
import { readRecords } from "otel-audit/read";

const found: string[] = [];
for await (const { kind, line } of readRecords(process.argv[2] ?? ""))
  found.push(`${kind} ${line}`);
console.log(JSON.stringify({ found, kibibytes: process.resourceUsage().maxRSS }));
