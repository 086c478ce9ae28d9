/** Writes the schemas of audit.yaml and redaction.yaml for editors: `npm run schema`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { policyJsonSchema } from "../src/capture/index.ts";
import { redactionJsonSchema } from "../src/redact/index.ts";

for (const [name, schema] of [
  ["audit.schema.json", policyJsonSchema()],
  ["redaction.schema.json", redactionJsonSchema()],
] as const) {
  writeFileSync(join(import.meta.dirname, name), `${JSON.stringify(schema, null, 2)}\n`);
}
