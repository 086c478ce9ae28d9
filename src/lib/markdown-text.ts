import { withoutControls } from "./visible-text.ts";

const MARKS = /[\\`*_{}[\]()<>#+!|~&]/g;
/** What GitHub makes a link of, or a mention, where nobody asked for one: an address, a host, a name. */
const LINKS = /(?=:\/\/)|(?<=\bwww)(?=\.)|(?=@)/gi;
/** Nothing, which no link goes across. */
const NOTHING = "<!-- -->";

/** A text of which no character is mark-up in GitHub Flavored Markdown; it stands on one line, behind something else. */
export function markdownText(text: string): string {
  return withoutControls(text)
    .replace(MARKS, (mark) => (mark === "<" ? "&lt;" : mark === "&" ? "&amp;" : `\\${mark}`))
    .replace(LINKS, NOTHING);
}

/** A row of a table in GitHub Flavored Markdown (section 4.10): nothing in a cell is mark-up. */
export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.map(markdownText).join(" | ")} |`;
}
