/**
 * Logs events as a program of its own. Arguments: directory, how many, name of the writer. With
 * `--forget` it awaits nothing and closes nothing: the end of the process has to do it.
 */
import { AuditLogger } from "otel-audit";

const [directory = "", count = "1", writer = "writer", forget] = process.argv.slice(2);
const logger = new AuditLogger(directory);
for (let n = 1; n <= Number(count); n++) {
  const logged = logger.logEvent("tag_add", "success", { tag_name: writer, n });
  if (forget !== undefined) continue;
  await logged;
  process.stdout.write(`logged ${n}\n`);
}
if (forget === undefined) await logger.close();
