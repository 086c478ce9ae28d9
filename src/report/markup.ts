/**
 * HTML and SVG in which nothing of a record is mark-up.
 *
 * In: templates of ours with any texts in between. Out: mark-up, in which every text stands for itself.
 */
import { withoutControls } from "../lib/visible-text.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as it may stand between tags and in quoted attributes, of HTML and of XML; lines stay lines. */
export function escapeMarkup(text: string): string {
  return text
    .split("\n")
    .map((line) => withoutControls(line).replace(/[\ufffe\uffff]/g, " "))
    .join("\n")
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

/** Mark-up that {@link markup} made: it is not escaped again. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template: texts and numbers are escaped, mark-up and lists of it are not. */
export type Insertion = string | number | Markup | readonly Insertion[];

/**
 * A template of HTML; attributes in it must be in double quotes. It is not called `html`: formatters would
 * move what is in it, and white space in a page counts.
 */
export function markup(parts: TemplateStringsArray, ...insertions: readonly Insertion[]): Markup {
  return new Markup(
    parts.reduce((text, part, at) => text + inserted(insertions[at - 1] ?? "") + part),
  );
}

function inserted(insertion: Insertion): string {
  if (insertion instanceof Markup) return insertion.toString();
  if (typeof insertion === "object") return insertion.map(inserted).join("");
  return escapeMarkup(String(insertion));
}
