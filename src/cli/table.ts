import { styleText } from "node:util";

/**
 * Rows in aligned columns; the heading is bold on a terminal that shows colours (NO_COLOR, TERM).
 *
 * @param stream what the lines are written to.
 */
export function tableLines(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  stream: NodeJS.WritableStream,
): readonly string[] {
  const clean = rows.map((row) => row.map(withoutControls));
  const widths = heading.map((name, at) =>
    Math.max(name.length, ...clean.map((row) => row[at]?.length ?? 0)),
  );
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  return [styleText("bold", lineOf(heading), { stream }), ...clean.map(lineOf)];
}

/** What a file says must not steer a terminal. */
export function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, " ");
}
