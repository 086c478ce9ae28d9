/** Audit records while no descriptor is free, and later; prints what became of them. */
import { closeSync, existsSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { LoggerProvider } from "@opentelemetry/sdk-logs";
import { createJournalLogProcessor } from "otel-audit/processors";

const [directory = "", isEnd = ""] = process.argv.slice(2);
const processor = createJournalLogProcessor({ directory });
const provider = new LoggerProvider({ processors: [processor] });
const logger = provider.getLogger("otel-audit");
const emit = (): void => logger.emit({ eventName: "audit.pause" });

const taken: number[] = [];
try {
  for (;;) taken.push(openSync("/dev/null", "r"));
} catch {
  // No more of them.
}
for (let at = 0; at < 300; at++) emit();
for (const fd of taken) closeSync(fd);
const journal = join(directory, "journal");
const folders = existsSync(journal) ? readdirSync(journal) : [];
const during = processor.counts();
if (isEnd === "") {
  // Nobody records meanwhile.
  while (processor.counts().written === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  emit();
}
await provider.shutdown();
console.log(JSON.stringify({ folders, during, counts: processor.counts() }));
