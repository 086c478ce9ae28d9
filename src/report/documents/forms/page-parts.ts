/** Pieces of a page. */
import { Markup, markup } from "../../markup.ts";
import type { Cell, Fact, TableBlock } from "../document.ts";
import type { MarkOf } from "../marks.ts";

/** What is known of records by their ids. */
export interface Links {
  /** Whether the page has it. */
  readonly has: (id: string) => boolean;
  readonly markOf: MarkOf;
}

/** An id that no other record has, of letters that a link takes as they are. */
export function anchorOf(id: string): string {
  const plain = id.replace(
    /[^\w.-]/gu,
    (character) => `~${(character.codePointAt(0) ?? 0).toString(16)}~`,
  );
  return `r-${plain}`;
}

/** A heading of a level. */
export function heading(level: number, text: string): Markup {
  const tag = new Markup(`h${level}`);
  return markup`<${tag}>${text}</${tag}>\n`;
}

/** Names and what is said of them. */
export function factList(facts: readonly Fact[]): Markup {
  const items = facts.map(([name, text]) => markup`<dt>${name}</dt><dd>${text}</dd>`);
  return markup`<dl>${items}</dl>\n`;
}

/** A table whose first column names its rows. */
export function tableHtml({ caption, columns, rows }: TableBlock, links: Links): Markup {
  const body = rows.map(([first = "", ...rest]) => {
    const cells = rest.map((cell) => markup`<td>${cellHtml(cell, links)}</td>`);
    return markup`<tr><th scope="row">${cellHtml(first, links)}</th>${cells}</tr>\n`;
  });
  return markup`<div class="table"><table><caption>${caption}</caption>
<thead><tr>${columns.map((column) => markup`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${body}</tbody></table></div>\n`;
}

function cellHtml(cell: Cell, links: Links): Markup {
  if (typeof cell === "string") return markup`${cell}`;
  const each = cell.records.map((id, at) => markup`${at === 0 ? "" : " "}${recordLink(id, links)}`);
  return markup`${each}`;
}

/** The id of a record, which leads to it where the page has it. */
export function recordLink(id: string, links: Links): Markup {
  const mark = links.markOf(id);
  const said =
    mark === undefined ? "" : markup` <strong class="mark failure">${mark.word}</strong>`;
  const code = markup`<code>${id}</code>`;
  return links.has(id)
    ? markup`<a href="#${anchorOf(id)}">${code}</a>${said}`
    : markup`${code}${said}`;
}
