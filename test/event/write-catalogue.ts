/** Writes docs/catalogue.schema.json and docs/catalogue.md: `npm run docs:catalogue`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILT_IN_ACTIONS } from "../../src/event/index.ts";
import { catalogueSchema, catalogueTable } from "../support/catalogue-documents.ts";

const docs = join(import.meta.dirname, "../../docs");
const schema = JSON.stringify(catalogueSchema(BUILT_IN_ACTIONS), null, 2);
writeFileSync(join(docs, "catalogue.schema.json"), `${schema}\n`);
writeFileSync(join(docs, "catalogue.md"), catalogueTable(BUILT_IN_ACTIONS));
