/** The other side of what sealing costs: the same records, and nothing that proves them. */
import { expect, test } from "vitest";
import { ATTR_RECORD_KIND } from "../../src/event/index.ts";
import { ATTR_INTEGRITY_FIELDS } from "../../src/event/portable.ts";
import { decodeJsonLine } from "../../src/format/index.ts";
import { resolveOptions } from "../../src/setup/options.ts";
import { openAudit } from "../../src/setup/pipeline.ts";
import { linesIn } from "../support/journal-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test.each([
  { isUnsealedForBenchmark: true, kinds: ["start", "result"], isSealed: false },
  { isUnsealedForBenchmark: false, kinds: ["start", "result", "checkpoint"], isSealed: true },
])("isUnsealedForBenchmark: $isUnsealedForBenchmark", async ({ kinds, isSealed, ...opening }) => {
  const directory = temporaryDirectory();
  const { audit } = openAudit(resolveOptions({ directory, format: "journal" }), directory, opening);
  await audit.record({ action: "pause", actor: { id: "ann", type: "user" } });
  await audit.close();
  const records = linesIn(directory).map((line) => decodeJsonLine(line).attributes);
  expect(new Set(records.map((attributes) => attributes[ATTR_RECORD_KIND]))).toEqual(
    new Set(kinds),
  );
  const [result] = records.filter((attributes) => attributes[ATTR_RECORD_KIND] === "result");
  expect(result?.[ATTR_INTEGRITY_FIELDS] !== undefined).toBe(isSealed);
});
