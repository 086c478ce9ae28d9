/** Mistakes planted into right configurations: each is found on its line, and nothing else is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { validateConfig } from "../../../src/collector/index.ts";
import { configOfText } from "../../../src/collector/validate/load-config.ts";
import { RULES } from "../../../src/collector/validate/rules/index.ts";
import { BESIDE_MISTAKES, BESIDE_VARIANTS } from "./planted/beside.ts";
import { CHANGE_MISTAKES, CHANGE_VARIANTS } from "./planted/changes.ts";
import { DOOR_MISTAKES } from "./planted/doors.ts";
import { FILE_MISTAKES, QUEUE_MISTAKES } from "./planted/files-and-queues.ts";
import type { Mistake } from "./planted/mistake.ts";
import { PLACE_MISTAKES, PLACE_VARIANTS } from "./planted/places.ts";
import { PROCESSING_MISTAKES } from "./planted/processing.ts";
import { REDACTION_MISTAKES } from "./planted/redactions.ts";
import { REFERENCE_MISTAKES } from "./planted/references.ts";
import { SYSTEM_MISTAKES } from "./planted/systems.ts";
import { VARIANTS } from "./planted/variants.ts";

const right = join(import.meta.dirname, "right");
const MISTAKES = [
  ...FILE_MISTAKES,
  ...QUEUE_MISTAKES,
  ...REFERENCE_MISTAKES,
  ...REDACTION_MISTAKES,
  ...PROCESSING_MISTAKES,
  ...DOOR_MISTAKES,
  ...SYSTEM_MISTAKES,
  ...BESIDE_MISTAKES,
  ...CHANGE_MISTAKES,
  ...PLACE_MISTAKES,
];

/** The text of a right configuration with the changes made; each must fit in one place. */
function planted({ base, changes }: Mistake): string {
  return changes.reduce(
    (text, [from, to]) => {
      const parts = text.split(from);
      expect(parts.length, `${JSON.stringify(from)} stands in ${base} once`).toBe(2);
      return parts.join(to);
    },
    readFileSync(join(right, base), "utf8"),
  );
}

/** `line code` of what the text says is due. */
function due(text: string): readonly string[] {
  return text
    .split("\n")
    .flatMap((line, index) =>
      (/#! (.*)$/.exec(line)?.[1] ?? "")
        .split(" ")
        .filter((code) => code !== "")
        .map((code) => `${index + 1} ${code}`),
    )
    .toSorted();
}

describe("a mistake is found on its line, and nothing else is", () => {
  test.each(MISTAKES)("$name ($base)", (mistake) => {
    const text = planted(mistake);
    const findings = validateConfig([configOfText(text, mistake.base)]);
    expect(findings.map(({ line, code }) => `${line} ${code}`).toSorted()).toEqual(due(text));
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) {
      expect(finding.file).toBe(mistake.base);
      const written = text.split("\n")[finding.line - 1] ?? "";
      expect(finding.column).toBeLessThanOrEqual(written.length + 1);
      expect(finding.message).not.toMatch(/undefined|\[object|NaN/);
    }
  });
  test("at least sixty are planted, and every rule has one", () => {
    expect(MISTAKES.length).toBeGreaterThanOrEqual(60);
    const sown = new Set(
      MISTAKES.flatMap((one) => due(planted(one)).map((line) => line.split(" ")[1])),
    );
    expect(RULES.map(({ code }) => code).filter((code) => !sown.has(code))).toEqual([]);
  });
  test("no two mistakes have the same name, no two rules the same code", () => {
    for (const names of [MISTAKES.map(({ name }) => name), RULES.map(({ code }) => code)]) {
      expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
    }
  });
});

describe("other ways to be right", () => {
  test.each([...VARIANTS, ...BESIDE_VARIANTS, ...CHANGE_VARIANTS, ...PLACE_VARIANTS])(
    "$name ($base)",
    (variant) => {
      expect(validateConfig([configOfText(planted(variant), variant.base)])).toEqual([]);
    },
  );
});
