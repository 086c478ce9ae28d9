import { styleText } from "node:util";
import { textWidth } from "./text-width.ts";
import { withoutControls } from "../lib/visible-text.ts";

export { withoutControls } from "../lib/visible-text.ts";

/**
 * Rows in aligned columns, by what a terminal shows of them: wide characters take two of it. The heading is bold on a terminal that shows colours (NO_COLOR, TERM).
 *
 * @param stream what the lines are written to.
 */
export function tableLines(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  stream: NodeJS.WritableStream,
): readonly string[] {
  const clean = rows.map((row) => row.map(withoutControls));
  const names = heading.map(withoutControls);
  const widths = names.map((name, at) =>
    clean.reduce((widest, row) => Math.max(widest, textWidth(row[at] ?? "")), textWidth(name)),
  );
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell + " ".repeat(Math.max(0, (widths[at] ?? 0) - textWidth(cell))))
      .join("  ")
      .trimEnd();
  return [styleText("bold", lineOf(names), { stream }), ...clean.map(lineOf)];
}
