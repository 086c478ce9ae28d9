/** What a store that keeps nothing but texts has lost is told, where it bears on the answer. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { otelAudit } from "../../support/command-trail.ts";
import { TEXT_OF } from "../../support/stored-forms.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { typedTrail } from "../../support/typed-events.ts";

/** The trail, or its first records, as the store has them or a journal. */
function fileOf(form: "victorialogs" | "json-lines", records?: number): string {
  const file = join(temporaryDirectory(), "records.jsonl");
  writeFileSync(file, TEXT_OF[form](typedTrail().slice(0, records)));
  return file;
}

/** Two decisions with a threshold, the change of a setting, and names that are written as numbers. */
const NOTE =
  /^otel-audit: \d records came from a store that keeps every value as a text: .* as in before and after$/m;

interface Asked {
  readonly what: string;
  readonly args: readonly string[];
  readonly code?: number;
  readonly records?: number;
}

test.each<Asked>([
  { what: "query", args: ["query", "-o", "jsonl"] },
  {
    what: "a question that finds nothing",
    args: ["query", "details.before.limits.names:a"],
    code: 1,
  },
  { what: "export", args: ["export"] },
  { what: "history", args: ["history", "p-1"] },
  { what: "reproduce", args: ["reproduce", "-o", "json"] },
  { what: "report", args: ["report", "decisions"] },
])("$what tells", ({ args, code = 0 }) => {
  const ran = otelAudit([...args, "-t", fileOf("victorialogs")]);
  expect(ran.code).toBe(code);
  expect(ran.err).toMatch(NOTE);
  expect(otelAudit([...args, "-t", fileOf("json-lines")]).err).not.toMatch(NOTE);
});

test.each<Asked>([
  { what: "rows of names and times", args: ["query", "actor:ann"] },
  { what: "counts", args: ["summary"] },
  { what: "values that the catalogue knows", args: ["query", "-o", "jsonl"], records: 3 },
])("$what are told without", ({ args, records }) => {
  const { code, err } = otelAudit([...args, "-t", fileOf("victorialogs", records)]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
});
