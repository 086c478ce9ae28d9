import { z } from "zod";
import { policySchema } from "./policy-schema.ts";

const POLICY_SCHEMA_URL = "https://otel-audit.example/schemas/audit.schema.json";

/**
 * The schema of `audit.yaml` for editors, as JSON Schema draft 7, which all of them know.
 *
 * Committed as `docs/audit.schema.json`; `npm run schema` writes it.
 */
export function policyJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(policySchema, { target: "draft-7" });
  return { $schema, $id: POLICY_SCHEMA_URL, title: "otel-audit audit policy", ...schema };
}
