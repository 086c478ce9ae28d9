/**
 * A document as one page of HTML.
 *
 * Promise: it loads nothing and runs nothing (its content security policy forbids both), and nothing of
 * a record in it is mark-up.
 */
import { createHash } from "node:crypto";
import { Markup, markup } from "../../markup.ts";
import type { Block, ReportDocument } from "../document.ts";
import { eventHtml } from "./event-html.ts";
import { factList, heading, type Links, tableHtml } from "./page-parts.ts";
import { PAGE_STYLE } from "./page-style.ts";

/** The page. */
export function documentHtml(document: ReportDocument): string {
  const { title, name, facts, sections, events, markOf } = document;
  const ids = new Set(events.map(({ id }) => id));
  const links: Links = { has: (id) => ids.has(id), markOf };
  const style = createHash("sha256").update(PAGE_STYLE).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`;
  const contents = sections.map(
    ({ id, heading: text }) => markup`<li><a href="#${id}">${text}</a></li>`,
  );
  const parts = sections.map(
    ({ id, heading: text, blocks }) => markup`<section aria-labelledby="${id}">
<h2 id="${id}">${text}</h2>
${blocks.map((block) => blockHtml(block, 3, links))}</section>
`,
  );
  const kind = title === name ? "" : markup`<p class="kind">${name}</p>\n`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
<main>
<header>
${kind}<h1>${title}</h1>
${factList(facts)}</header>
<nav aria-label="Contents"><ul>${contents}</ul></nav>
${parts}</main>
</body>
</html>`.toString();
}

function blockHtml(block: Block, level: number, links: Links): Markup {
  switch (block.kind) {
    case "text":
      return markup`<p>${block.text}</p>\n`;
    case "facts":
      return factList(block.facts);
    case "table":
      return tableHtml(block, links);
    case "events":
      return markup`${block.events.map((event) => eventHtml(event, level, links))}`;
    default:
      return markup`${heading(level, block.heading)}${block.blocks.map((inner) => blockHtml(inner, level + 1, links))}`;
  }
}
