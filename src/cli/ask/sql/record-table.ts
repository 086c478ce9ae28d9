/** The columns of records as SQL and Parquet have them: docs/sql.md is the contract. */
import {
  ATTR_ACTOR_ROLE,
  ATTR_CATEGORY,
  ATTR_IMPACT,
  ATTR_IMPORT_FILE,
  ATTR_IMPORT_TIME,
  ATTR_SNAPSHOT_ID,
} from "../../../event/index.ts";
import { type Column, COLUMNS } from "../../../format/index.ts";
import { sqlText } from "./duckdb.ts";

/** What is asked of in SQL. */
export const TABLE = "records";

/** Columns that are no text. What cannot be converted is absent: a foreign record must not cost the others. */
const TYPES: Readonly<Partial<Record<Column, string>>> = {
  timestamp: "TIMESTAMPTZ",
  sequence: "BIGINT",
  duration_ms: "DOUBLE",
};
const JSON_COLUMNS: ReadonlySet<Column> = new Set<Column>(["details", "attributes"]);

/** Columns that SQL has beside those of a flat record. */
const MADE: readonly (readonly [name: string, sql: string])[] = [
  ["category", attributeSql(ATTR_CATEGORY)],
  ["impact", attributeSql(ATTR_IMPACT)],
  ["actor_role", attributeSql(ATTR_ACTOR_ROLE)],
  ["snapshot_id", attributeSql(ATTR_SNAPSHOT_ID)],
  [
    "happened",
    `CASE WHEN ${attributeSql(ATTR_IMPORT_FILE)} IS NULL THEN "timestamp" ELSE TRY_CAST(${attributeSql(ATTR_IMPORT_TIME)} AS TIMESTAMPTZ) END`,
  ],
  ["imported_from", attributeSql(ATTR_IMPORT_FILE)],
];

/** Selects the typed columns of a flat record from a file of JSON lines. */
export function selectFlat(file: string): string {
  const columns = COLUMNS.map((name) => {
    const type = TYPES[name];
    return type === undefined ? `"${name}"` : `TRY_CAST("${name}" AS ${type}) AS "${name}"`;
  });
  const types = COLUMNS.map(
    (name) => `"${name}": '${JSON_COLUMNS.has(name) ? "JSON" : "VARCHAR"}'`,
  );
  return `SELECT ${columns.join(", ")} FROM read_json(${sqlText(file)}, format = 'newline_delimited', columns = {${types.join(", ")}})`;
}

/** Makes the table `records` of a file of JSON lines. */
export function createTable(file: string): string {
  const made = MADE.map(([name, sql]) => `${sql} AS ${name}`);
  return `CREATE TABLE ${TABLE} AS SELECT *, ${made.join(", ")} FROM (${selectFlat(file)})`;
}

function attributeSql(name: string): string {
  return `(attributes ->> ${sqlText(`$."${name}"`)})`;
}
