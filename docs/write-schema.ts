/** Writes docs/audit.schema.json, the schema of audit.yaml for editors: `npm run schema`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { policyJsonSchema } from "../src/capture/index.ts";

writeFileSync(
  join(import.meta.dirname, "audit.schema.json"),
  `${JSON.stringify(policyJsonSchema(), null, 2)}\n`,
);
