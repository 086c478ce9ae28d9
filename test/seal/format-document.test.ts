/** docs/format.md, chapter "Seal": what it shows is what the code does. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeCsvRows, decodeJsonLine, encodeCsvRow } from "../../src/format/index.ts";
import { decodeCheckpoint } from "../../src/seal/checkpoint.ts";
import { decodeFieldSeals } from "../../src/seal/field-seals.ts";
import { decodeNote } from "../../src/seal/note.ts";
import { SEVERITIES, STRICT } from "../../src/verify/findings.ts";

const root = join(import.meta.dirname, "../..");
const text = readFileSync(join(root, "docs/format.md"), "utf8");
const chapter = text.slice(text.indexOf("\n## Seal\n"), text.indexOf("\n## State files\n"));
const journal = readFileSync(
  join(root, "test/vectors/seal/journal/AbCdEfGhIjKlMnOp/1.jsonl"),
  "utf8",
).split("\n");

const TOOLS = ["sha256sum", "xxd", "base64", "tr"];
const missing = TOOLS.filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);
if (missing.length > 0)
  console.warn(`docs/format.md: the shell lines are not run, there is no ${missing.join(", ")}`);

const shell = /```sh\n([\s\S]*?)```/.exec(chapter)?.[1]?.trimEnd().split("\n") ?? [];
const commands = shell.flatMap((line, at) =>
  line.startsWith("# ") ? [] : [[line, shell[at + 1]?.slice(2) ?? ""] as const],
);

describe.skipIf(missing.length > 0)("the shell lines print what stands behind them", () => {
  test("there are five", () => expect(commands).toHaveLength(5));
  test.each(commands.map(([line, printed], at) => [at + 1, line, printed] as const))(
    "line %i",
    (_at, line, printed) => {
      expect(execFileSync("sh", ["-c", line], { encoding: "utf8" }).trim()).toBe(printed);
    },
  );
});

describe("the example", () => {
  const shown = chapter.split("\n").filter((line) => line.startsWith("    "));
  test("the record is that of the vectors", () => {
    expect(shown[0]?.trim()).toBe(journal[1]);
  });
  test("so is the note", () => {
    const start = chapter.indexOf("    otel-audit/AbCdEfGhIjKlMnOp\n");
    const end = chapter.indexOf("\n\n", chapter.indexOf("    — otel-audit "));
    const note = `${chapter.slice(start, end).replaceAll(/^ {4}/gm, "")}\n`;
    const { attributes } = decodeJsonLine(journal[2] ?? "");
    expect(note).toBe(attributes["audit.checkpoint.note"]);
    expect(decodeCheckpoint(decodeNote(note)?.text ?? "")).toMatchObject({
      size: 2,
      state: "open",
    });
  });
  test("what the shell lines print stands in the record and its checkpoint", () => {
    for (const [, printed] of commands) {
      const line = `${journal[1]}${journal[2]}`;
      expect(line).toContain(printed);
    }
  });
});

describe("the sed line takes one salt out", () => {
  const line = journal[5] ?? "";
  const pattern = /^ {4}sed -E '(.*)'$/m.exec(chapter)?.[1] ?? "";
  const [, from = "", to = ""] = /^s\/(.*)\/(.*)\/$/.exec(pattern) ?? [];
  const sealsOf = (of: string) =>
    decodeFieldSeals(String(decodeJsonLine(of).attributes["audit.integrity.fields"]));
  const entry = `audit_reason:${"c".repeat(43)}:${"s".repeat(22)}`;
  const salted = line.replace(/audit_reason:[^,]*/, entry);
  const stripped = line.replace(/audit_reason:[^,]*/, entry.slice(0, -23));

  test("in a line", () => {
    expect(sealsOf(salted)).toContainEqual(expect.objectContaining({ salt: "s".repeat(22) }));
    expect(execFileSync("sed", ["-E", pattern], { input: salted, encoding: "utf8" })).toBe(
      stripped,
    );
  });
  test("in a row", () => {
    const [input, output] = [salted, stripped].map((one) => encodeCsvRow(decodeJsonLine(one)));
    expect(execFileSync("sed", ["-E", pattern], { input: input ?? "", encoding: "utf8" })).toBe(
      output,
    );
    expect(decodeCsvRows(output ?? "")).toHaveLength(1);
  });
  test("where the entry is the first", () => {
    const first = `"audit.integrity.fields":"${entry},a"`;
    const regex = new RegExp(from);
    expect(first.replace(regex, to.replace("\\1", "$1"))).toBe(
      `"audit.integrity.fields":"${entry.slice(0, -23)},a"`,
    );
  });
  test("not in a key that ends like it", () => {
    const other = `"x_${entry}"`;
    expect(new RegExp(from).test(other)).toBe(false);
  });
});

test("every code with its weight, and no other", () => {
  const rows = [
    ...chapter.matchAll(/^\| `([a-z_]+)` +\| .*? +\| `([a-z]+)` +\| (`[a-z]+`|the same) +\|$/gm),
  ];
  const shown = rows.map(([, code, weight, strict]) => [code, weight, strict === "`inconclusive`"]);
  expect(shown).toEqual(
    Object.entries(SEVERITIES).map(([code, weight]) => [
      code,
      weight,
      [...STRICT].some((one) => one === code),
    ]),
  );
});
