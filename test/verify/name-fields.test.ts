/** Which fields verification names where a copy is not the record that was signed, and another one is. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { NO_RESULT } from "../../src/event/index.ts";
import { verifyFiles } from "../../src/verify/index.ts";
import { replace, text } from "../support/edited-journal.ts";
import { linesOf, STREAMS } from "../support/sealed-journal.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { writeDeep } from "../support/two-verifiers.ts";

const [A] = STREAMS;
const lineOf = (number: number): string => linesOf(A)[number - 1] ?? "";
const addition = replace('"error":null', `"error":"${NO_RESULT}"`);
const view = (...rows: readonly string[]): string => `[\n${rows.join(",\n")}\n]\n`;
const JOURNAL = `journal/${A}/1.jsonl`;
const whole = { [JOURNAL]: text(linesOf(A)) };

/** The sentences of records that are not what was signed, and the keys that they name. */
async function named(
  files: Readonly<Record<string, string>>,
): Promise<readonly (readonly [message: string, fields: readonly string[] | undefined])[]> {
  const directory = temporaryDirectory();
  for (const [name, content] of Object.entries(files)) writeDeep(join(directory, name), content);
  const { findings } = await verifyFiles([directory]);
  return findings
    .filter(({ code }) => code === "record_altered")
    .map(({ message, fields }) => [message.replaceAll(`${directory}/`, ""), fields]);
}

const altered = (number: number): string => `record ${A}.${number} is not the one that was signed`;

const inFiveFields = (line: string): string =>
  line
    .replace('"kind":"result"', '"kind":"intent"')
    .replace('"actor_type":"user"', '"actor_type":"service"')
    .replace('"outcome":"success"', '"outcome":"denied"')
    .replace('"audit.impact":"normal"', '"audit.impact":"low"')
    .replace('"action_type":"hp_change"', '"action_type":"pause"');

describe("beside the journal stands a copy of which somebody changed", () => {
  test.each<readonly [string, number, (line: string) => string, readonly string[]]>([
    ["the outcome", 2, replace('"outcome":"success"', '"outcome":"denied"'), ["audit_outcome"]],
    [
      "the time",
      2,
      replace('"timestamp":"2026-11-21T09:00:02', '"timestamp":"2026-11-21T09:00:01'),
      ["audit_time"],
    ],
    ["the action", 2, replace('"pause"', '"resume"'), ["audit_action"]],
    ["the trace", 4, replace(/"trace_id":"[0-9a-f]/, '"trace_id":"x'), ["trace_id"]],
    ["the span", 4, replace(/"span_id":"[0-9a-f]/, '"span_id":"x'), ["span_id"]],
    [
      "the commitment of a value",
      2,
      replace("audit_actor_id:n", "audit_actor_id:m"),
      ["audit_actor_id"],
    ],
    [
      "five fields",
      4,
      inFiveFields,
      ["audit_action", "audit_actor_type", "audit_impact", "audit_outcome", "audit_record_kind"],
    ],
    [
      "six fields",
      4,
      (line) => inFiveFields(line).replace('"audit.category":"audit"', '"audit.category":"access"'),
      [
        "audit_action",
        "audit_actor_type",
        "audit_category",
        "audit_impact",
        "audit_outcome",
        "audit_record_kind",
      ],
    ],
  ])("%s", async (_name, number, change, fields) => {
    const found = await named({ ...whole, "a.jsonl": `${change(lineOf(number))}\n` });
    const more = fields.length > 5 ? ` and ${fields.length - 5} more` : "";
    const said = `${fields.slice(0, 5).join(", ")}${more}`;
    const where = `${JOURNAL}:${number}`;
    expect(found).toEqual([
      [`${altered(number)}: it differs from the proven copy in ${where} in ${said}`, fields],
    ]);
  });

  test("a field that the seal names twice: nothing can be held against it", async () => {
    const twice = replace('"audit.integrity.fields":"', '"audit.integrity.fields":"note,');
    const [[message, fields] = []] = await named({ ...whole, "a.jsonl": `${twice(lineOf(2))}\n` });
    expect(message).toMatch(/: it differs from the proven copy in .* in audit_actor_id, note/);
    expect(fields).toEqual(["audit_actor_id", "note"]);
  });
});

describe("an intent without a result", () => {
  test("a view that says so is a copy like others", async () => {
    expect(await named({ ...whole, "audit_log.json": view(addition(lineOf(5))) })).toEqual([]);
  });
  test("a journal that says so was changed, which a view shows", async () => {
    const changed = linesOf(A).map((line, at) => (at === 4 ? addition(line) : line));
    const rows = { "audit_log.json": view(addition(lineOf(5))) };
    expect(await named({ [JOURNAL]: text(changed), ...rows })).toEqual([
      [
        `${altered(5)}: it differs from the proven copy in audit_log.json:2 in exception_message`,
        ["exception_message"],
      ],
    ]);
  });
});

test("where no copy is proven, nothing is named", async () => {
  const changed = text([replace('"outcome":"success"', '"outcome":"denied"')(lineOf(2))]);
  const others = linesOf(A).filter((_line, at) => at !== 1);
  expect(await named({ [JOURNAL]: text(others), "a.jsonl": changed, "b.jsonl": changed })).toEqual([
    [altered(2), undefined],
    [altered(2), undefined],
  ]);
});

test("a copy that says a thing twice proves nothing", async () => {
  const changed = text([replace('"outcome":"success"', '"outcome":"denied"')(lineOf(2))]);
  const doubtful = replace('"status":"success"', '"status":"failed"')(lineOf(2));
  const journal = linesOf(A).map((line, at) => (at === 1 ? doubtful : line));
  expect(await named({ [JOURNAL]: text(journal), "a.jsonl": changed })).toEqual([
    [altered(2), undefined],
  ]);
});
