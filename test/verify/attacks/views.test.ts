/** Somebody makes a view look like one of five keys, of which nothing can be verified. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { AuditLogger } from "otel-audit";
import { verifyInputs } from "../../../src/verify/portable.ts";
import {
  judge,
  openWorkshop,
  saidOf,
  type Victim,
  victimOf,
} from "../../support/attacked-trail.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const workshop = openWorkshop();
let stream = "";
beforeAll(() => {
  stream = workshop.write();
});
const victim = (): Victim => victimOf(`${workshop.folder}/audit`, [stream]);
const HEADER = "timestamp,action_type,status,details,error\n";
const PAD = `{"action_type":"x","pad":"${"x".repeat(300_000)}"},`;

type Row = readonly [string, name: string, (text: string) => string, lines: readonly number[]];
/** Lines that are no entries; the rest of the files is as it was. */
const ROWS: readonly Row[] = [
  ["the header of five before it", "audit_log.csv", (text) => HEADER + text, [2, 3, 4, 5, 6, 7, 8]],
  [
    "the same, behind a line for spreadsheets",
    "audit_log.csv",
    (text) => `sep=,\n${HEADER}${text}`,
    [1, 3, 4, 5, 6, 7, 8, 9],
  ],
  [
    "the same, and quotes that nobody ends",
    "audit_log.csv",
    (text) => `${HEADER}"${text.trimEnd()}`,
    [2, 3, 4, 5, 6, 7, 8],
  ],
  [
    "a first item that is long",
    "audit_log.json",
    (text) => text.replace("[", `[${PAD}`),
    [1, 2, 3, 4, 5, 6, 7],
  ],
  [
    "a first item of five keys, and then one that is long",
    "audit_log.json",
    (text) => text.replace("[", `[{"timestamp":"","action_type":""},${PAD}`),
    [1, 2, 3, 4, 5, 6, 7],
  ],
];

describe.each(ROWS)("%s", (_name, file, change, lines) => {
  const expected = [
    ...lines.map((line) => `line_unreadable ${file}:${line}`),
    `view_passed_over ${file}`,
  ].toSorted();
  const attack = (): Victim => {
    const attacked = victim();
    const path = attacked.path(file);
    writeFileSync(path, change(readFileSync(path, "utf8")).replaceAll('"bob"', '"eve"'));
    return attacked;
  };
  test("in Node", async () => {
    const { said, report } = await judge(attack());
    expect(said).toEqual(expected);
    expect(report.verdict).toBe("unreadable");
  });
  test("in a browser, which says the same", async () => {
    const attacked = attack();
    const data = readFileSync(attacked.path(file));
    const { findings } = await verifyInputs([{ name: attacked.path(file), data }]);
    expect(findings.map((finding) => saidOf(finding, attacked)).toSorted()).toEqual(expected);
  });
});

test("what AuditLogger writes is passed over, in a browser too; with strict that is no proof", async () => {
  const directory = join(temporaryDirectory(), "audit");
  const logger = new AuditLogger(directory, { format: "both" });
  await logger.logEvent("hp_change", "success", { text: 'a "quoted", text\nof lines' });
  await logger.logEvent("pause", "failed", {}, "=1\r\n2026-11-21T05:54:09,x");
  await logger.close();
  const files = ["audit_log.csv", "audit_log.json"].map((name) => join(directory, name));
  const it: Victim = { ...victim(), directory };
  const { report } = await judge(it);
  expect(report.findings.map(({ code }) => code)).toEqual(["view_passed_over", "view_passed_over"]);
  expect(report.verdict).toBe("verified");
  const strict = await judge(it, { isStrict: true });
  expect(strict.report.findings.map(({ severity }) => severity)).toContain("inconclusive");
  expect(strict.report.exitCode).toBe(4);
  const inputs = files.map((name) => ({ name, data: readFileSync(name) }));
  const { findings } = await verifyInputs(inputs);
  expect(findings.map(({ code, file }) => [code, file])).toEqual(
    files.map((file) => ["view_passed_over", file]),
  );
});
