/** A page of text that a person reads: lines are folded at the width of the terminal, nothing is cut. */
import { styleText } from "node:util";
import { textWidth } from "../text-width.ts";
import { printable } from "../shell-text.ts";

/** Where nobody says how wide the screen is. */
const DEFAULT_WIDTH = 100;
const MIN_TEXT_WIDTH = 20;
const LABEL_WIDTH = 15;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns of the terminal. */
export function pageWidth(): number {
  return process.stdout.columns || DEFAULT_WIDTH;
}

/** A heading, bold where the terminal shows that. */
export function heading(text: string): string {
  return styleText("bold", printable(text), { stream: process.stdout });
}

/** What a record is told by: a name, and what stands under it. Nothing where there is no text. */
export function fact(name: string, text: string | undefined): readonly string[] {
  if (text === undefined || text === "") return [];
  return folded(text, { first: name.padEnd(LABEL_WIDTH), indent: LABEL_WIDTH });
}

/** How a text is folded. */
export interface Folding {
  /** Stands before the first line. */
  readonly first?: string;
  /** Spaces before every other line. */
  readonly indent: number;
}

/** The lines of a text; what cannot be seen in it, or would steer a terminal, is escaped. */
export function folded(text: string, { first = "", indent }: Folding): readonly string[] {
  const start = printable(first).padEnd(indent);
  const width = Math.max(MIN_TEXT_WIDTH, pageWidth() - indent);
  return foldedLines(printable(text), width).map((line, at) =>
    `${at === 0 ? start : " ".repeat(indent)}${line}`.trimEnd(),
  );
}

/** Broken at spaces, and within what is longer than a line. */
export function foldedLines(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  let lineWidth = 0;
  const end = (): void => {
    lines.push(line.trimEnd());
    line = "";
    lineWidth = 0;
  };
  for (const word of text.split(/(?<= )/)) {
    const wordWidth = textWidth(word.trimEnd());
    if (lineWidth > 0 && lineWidth + wordWidth > width) end();
    if (wordWidth <= width) {
      line += word;
      lineWidth += textWidth(word);
      continue;
    }
    for (const { segment } of segmenter.segment(word)) {
      const own = textWidth(segment);
      if (lineWidth + own > width) end();
      line += segment;
      lineWidth += own;
    }
  }
  end();
  return lines;
}
