/** Text for people: headings, and colours only on a terminal and without NO_COLOR. */
import { styleText } from "node:util";

/** The colours and weights that the demos use. */
export type Look = "bold" | "dim" | "green" | "red" | "yellow";

const hasColours = process.stdout.isTTY && !process.env["NO_COLOR"];

/** Writes one line, or an empty one. */
export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** Writes the title of what comes next. */
export function printHeading(text: string): void {
  print();
  print(look("bold", text));
}

/** A text with a look, or as it is where there are no colours. */
export function look(style: Look, text: string): string {
  return hasColours ? styleText(style, text, { validateStream: false }) : text;
}
