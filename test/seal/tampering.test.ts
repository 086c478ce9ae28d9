/** What becomes of the sealed journal of test/vectors/seal when somebody changes it. */
import { describe, expect, test } from "vitest";
import {
  attribute,
  codesOf,
  type Edit,
  edited,
  journal,
  replaced,
  STREAMS,
  verify,
} from "../support/sealed-journal.ts";

const [A, B, C] = STREAMS;
const NO_OWN_LEAVES = {
  "audit.checkpoint.leaves": [],
  "audit.checkpoint.subtrees": ["Eu3Ev48sGrHapLXogU2HwfuPJwZYmYpcw1CZjPILB10"],
};
const SALT = /(audit_actor_id:[^:,]+):[^,]+/;

describe("the verdict of what somebody changed", () => {
  test.each<readonly [string, string, Edit, string, number]>([
    [
      "a field that is sealed open",
      `${A}.2`,
      attribute("audit.outcome", "failure"),
      `record_altered ${A}.2`,
      1,
    ],
    [
      "a field that was not there",
      `${A}.2`,
      attribute("audit.reason", "because"),
      `record_altered ${A}.2`,
      1,
    ],
    [
      "the time",
      `${A}.2`,
      attribute("audit.time", "2026-11-21T09:00:02.123457Z"),
      `record_altered ${A}.2`,
      1,
    ],
    ["the action", `${A}.2`, attribute("audit.action", "resume"), `record_altered ${A}.2`, 1],
    ["no action", `${A}.2`, attribute("audit.action", undefined), `record_altered ${A}.2`, 1],
    [
      "the trace",
      `${A}.4`,
      (record) => ({ ...record, traceId: "f".repeat(32) }),
      `record_altered ${A}.4`,
      1,
    ],
    [
      "the span",
      `${A}.4`,
      (record) => ({ ...record, spanId: "f".repeat(16) }),
      `record_altered ${A}.4`,
      1,
    ],
    [
      "what looks like its time",
      `${A}.2`,
      attribute("audit_time", "2020"),
      `record_altered ${A}.2`,
      1,
    ],
    ["an attribute that is not sealed", `${A}.2`, attribute("my.note", "x"), "stream_unclosed", 0],
    [
      "a value with its salt",
      `${A}.2`,
      attribute("audit.actor.id", "eve"),
      `field_altered ${A}.2`,
      1,
    ],
    [
      "an entry dropped",
      `${A}.2`,
      replaced("audit.integrity.fields", /^[^,]*,/, ""),
      `record_altered ${A}.2`,
      1,
    ],
    [
      "a commitment",
      `${A}.2`,
      replaced("audit.integrity.fields", ":n", ":m"),
      `record_altered ${A}.2`,
      1,
    ],
    [
      "no list of fields",
      `${A}.2`,
      attribute("audit.integrity.fields", "?"),
      `text_contradicts ${A}.2`,
      1,
    ],
    [
      "an entry twice",
      `${A}.1`,
      attribute("audit.integrity.fields", "a,a"),
      `text_contradicts ${A}.1`,
      1,
    ],
    [
      "a list of names dropped",
      `${A}.1`,
      attribute("audit.integrity.fields", undefined),
      "stream_unclosed",
      0,
    ],
    ["the number", `${A}.2`, attribute("audit.sequence.number", 3), `text_contradicts ${A}.2`, 1],
    [
      "two names with one key",
      `${A}.2`,
      attribute("audit_outcome", "success"),
      `text_contradicts ${A}.2`,
      1,
    ],
    [
      "a salt alone taken away",
      `${A}.2`,
      replaced("audit.integrity.fields", SALT, "$1"),
      `field_unopenable ${A}.2`,
      4,
    ],
    ["a value alone taken away", `${A}.2`, attribute("audit.actor.id", undefined), "salt_left", 0],
    ["a value alone masked", `${A}.2`, attribute("audit.actor.id", "****"), "salt_left", 0],
    [
      "a value masked in part",
      `${A}.2`,
      attribute("audit.actor.id", "a****"),
      `field_unexplained ${A}.2`,
      4,
    ],
    [
      "a value hashed",
      `${A}.2`,
      attribute("audit.actor.id", "0123456789abcdef0123456789abcdef"),
      `field_unexplained ${A}.2`,
      4,
    ],
    ["a record taken away", `${A}.5`, () => [], `records_missing ${A}.5`, 4],
    [
      "an adopted record changed",
      `${B}.3`,
      attribute("audit.outcome", "failure"),
      `record_altered ${B}.3`,
      1,
    ],
    ["an adopted record taken away", `${B}.3`, () => [], `records_missing ${B}.3`, 4],
    [
      "a record moved",
      `${A}.8`,
      attribute("audit.record.id", `${A}.5`),
      `record_altered ${A}.5`,
      1,
    ],
    [
      "a record behind the end",
      `${A}.9`,
      (record) => [record, ...[attribute("audit.record.id", `${A}.10`)(record)].flat()],
      `record_inserted ${A}.10`,
      1,
    ],
    [
      "a root",
      `${A}.7`,
      replaced("audit.checkpoint.note", /\n.{43}=\n/, `\n${"A".repeat(43)}=\n`),
      `checkpoint_altered ${A}.7`,
      1,
    ],
    [
      "a state",
      `${A}.9`,
      replaced("audit.checkpoint.note", "state close", "state run"),
      `checkpoint_altered ${A}.9`,
      1,
    ],
    [
      "a later format",
      `${A}.9`,
      replaced("audit.checkpoint.note", "checkpoint/1", "checkpoint/2"),
      `format_unsupported ${A}.9`,
      4,
    ],
    [
      "its leaves made a subtree",
      `${A}.3`,
      ({ attributes, ...record }) => ({
        ...record,
        attributes: { ...attributes, ...NO_OWN_LEAVES },
      }),
      `checkpoint_altered ${A}.3`,
      1,
    ],
    [
      "a note moved",
      `${A}.9`,
      attribute("audit.time", "2026-11-21T09:00:10.123456Z"),
      `checkpoint_altered ${A}.9`,
      1,
    ],
    [
      "a note in another stream",
      `${C}.4`,
      attribute("audit.record.id", `${B}.4`),
      `checkpoint_altered ${B}.4`,
      1,
    ],
    [
      "an adoption in another stream",
      `${C}.3`,
      attribute("audit.record.id", `${A}.10`),
      `checkpoint_altered ${A}.10`,
      1,
    ],
    ["the first checkpoint taken away", `${A}.3`, () => [], `records_missing ${A}.3`, 4],
    ["the adoption taken away", `${C}.3`, () => [], `records_unsigned ${B}.3`, 4],
  ])("%s", async (_name, id, edit, code, exitCode) => {
    const report = await verify(edited(id, edit));
    expect(codesOf(report)).toContain(code);
    expect(report.exitCode).toBe(exitCode);
  });
});

describe("views", () => {
  const results = (): ReturnType<typeof journal> =>
    journal().filter(({ attributes }) =>
      ["result", "checkpoint"].includes(String(attributes["audit.record.kind"])),
    );
  test("results and checkpoints are all that is asked for", async () => {
    const report = await verify(results(), { isView: true });
    expect(report).toMatchObject({ verdict: "verified", exitCode: 0 });
    expect(report.records).toMatchObject({ missing: 0 });
  });
  test("a result too few", async () => {
    const fewer = results().filter(({ attributes }) => attributes["audit.record.id"] !== `${A}.4`);
    const report = await verify(fewer, { isView: true });
    expect(report).toMatchObject({ verdict: "incomplete", exitCode: 4 });
    expect(report.records).toMatchObject({ missing: 1 });
  });
  test("the reason that a view gives an intent without a result is not the record's", async () => {
    const reason = "its stream ended without a result: whether it was done is not known";
    const shown = edited(`${A}.5`, attribute("exception.message", reason));
    const asView = { isView: true };
    expect(await verify(shown, asView)).toEqual(await verify(journal(), asView));
    expect(codesOf(await verify(shown))).toContain(`record_altered ${A}.5`);
    const other = edited(`${A}.5`, attribute("exception.message", `${reason}.`));
    expect(codesOf(await verify(other, asView))).toContain(`record_altered ${A}.5`);
    const result = edited(`${A}.8`, attribute("exception.message", reason));
    expect(codesOf(await verify(result, asView))).toContain(`record_altered ${A}.8`);
  });
});
