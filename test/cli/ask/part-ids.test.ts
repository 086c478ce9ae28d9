import { expect, test } from "vitest";
import { partIdsIn } from "../../../src/cli/ask/part-ids.ts";
import { otelAudit } from "../../support/command-trail.ts";
import { STREAM, writtenRecords } from "../../support/told-records.ts";

test.each<[terms: readonly string[], wanted: readonly string[]]>([
  [["record:zcoO.3"], ["record:zcoO*.3"]],
  [["record:zcoO"], ["record:zcoO*"]],
  [["id:zcoO."], ["record:zcoO*"]],
  [["record:12,.7"], ["sequence:12", "sequence:7"]],
  [[`record:${STREAM}`], [`record:${STREAM}*`]],
  [[`record:${STREAM}.3`], []],
  [["record:zcoO*", "-record:zcoO", 'record:"a b"', "zcoO.3", "actor:zcoO"], []],
])("%s", (terms, wanted) => {
  expect(partIdsIn(terms).map(({ term }) => term)).toEqual(wanted);
});

test("where nothing is found, the beginning of an id is told, and the term finds the record", () => {
  const file = writtenRecords({ at: 1, action: "pause" });
  const { code, err } = otelAudit(["query", "record:AbCd.1", "-t", file], {});
  expect({ code, err }).toEqual({
    code: 1,
    err: `otel-audit: nothing found\notel-audit: "AbCd.1" is not the whole id of a record: did you mean record:AbCd*.1?\n`,
  });
  for (const term of ["record:AbCd*.1", "sequence:1"])
    expect(otelAudit(["query", term, "-t", file], {}).code).toBe(0);
});
