/** What a benchmark found, for people at a terminal and for docs/benchmarks.md. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import CliTable from "cli-table3";

/** A table: the first column is what the row is about, the others are figures. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What was wanted and what was found. */
export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly found: string;
  readonly isMet: boolean;
}

/** What a part of a benchmark found. */
export interface Findings {
  /** How much was measured. */
  readonly effort: string;
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
}

/** The findings of one benchmark. */
export interface Section extends Findings {
  /** Names the block of docs/benchmarks.md. */
  readonly name: string;
  readonly machine: string;
}

const DOCUMENT = join(import.meta.dirname, "../../docs/benchmarks.md");

/** Prints a section to stdout. */
export function printSection(section: Section): void {
  console.log(`\n${section.machine}\n${section.effort}`);
  for (const { title, head, rows } of tablesOf(section)) {
    const colAligns = head.map((_, at) => (at === 0 ? ("left" as const) : ("right" as const)));
    const table = new CliTable({ head: [...head], colAligns, style: { head: [], border: [] } });
    table.push(...rows.map((row) => [...row]));
    console.log(`\n${title}\n${table.toString()}`);
  }
}

/** The section as Markdown. */
export function markdownOf(section: Section): string {
  const tables = tablesOf(section).map(({ title, head, rows }) =>
    [
      `**${title}**`,
      "",
      rowOf(head),
      rowOf(head.map((_, at) => (at === 0 ? "---" : "---:"))),
      ...rows.map(rowOf),
    ].join("\n"),
  );
  return [`${section.machine}. ${section.effort}.`, ...tables].join("\n\n");
}

/**
 * Replaces the block of a section in docs/benchmarks.md.
 *
 * @throws {Error} when the document has no block of that name.
 */
export function writeSection(section: Section): void {
  const text = readFileSync(DOCUMENT, "utf8");
  writeFileSync(DOCUMENT, withBlock(text, section.name, markdownOf(section)));
  // Columns are aligned, as everywhere in docs/.
  spawnSync("npx", ["oxfmt", DOCUMENT], { shell: process.platform === "win32" });
  console.log(`\ndocs/benchmarks.md: the figures of ${section.name} are replaced`);
}

/**
 * A document with one of its blocks replaced. A block stands between `<!-- figures: name -->` and
 * `<!-- end of figures -->`.
 *
 * @throws {Error} when there is no such block.
 */
export function withBlock(text: string, name: string, block: string): string {
  const begin = `<!-- figures: ${name} -->`;
  const end = "<!-- end of figures -->";
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`docs/benchmarks.md has no block ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${block}\n\n${text.slice(to)}`;
}

function tablesOf({ tables, targets }: Section): readonly Table[] {
  if (targets.length === 0) return tables;
  const rows = targets.map(({ what, wanted, found, isMet }) => [
    what,
    wanted,
    found,
    isMet ? "met" : "NOT MET",
  ]);
  return [...tables, { title: "Targets", head: ["target", "wanted", "found", ""], rows }];
}

const rowOf = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
