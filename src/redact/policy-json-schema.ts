import { z } from "zod";
import { redactionSchema } from "./policy-schema.ts";

const SCHEMA_URL = "https://otel-audit.example/schemas/redaction.schema.json";

/**
 * The schema of `redaction.yaml` for editors, as JSON Schema draft 7, which all of them know.
 *
 * Committed as `docs/redaction.schema.json`; `npm run schema` writes it.
 */
export function redactionJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(redactionSchema, { target: "draft-7" });
  return { $schema, $id: SCHEMA_URL, title: "otel-audit redaction policy", ...schema };
}
