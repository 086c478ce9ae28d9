/**
 * A document as one page of HTML.
 *
 * Promise: it loads nothing and runs nothing (its content security policy forbids both), and nothing of
 * a record in it is mark-up.
 */
import { createHash } from "node:crypto";
import { html, Markup } from "../markup.ts";
import type {
  Block,
  Cell,
  Fact,
  FieldChange,
  RelatedEvents,
  ReportDocument,
  ReportEvent,
  TableBlock,
} from "./document.ts";
import { PAGE_STYLE } from "./page-style.ts";

/** Ids that a shell takes as they stand. */
const PLAIN_ID = /^[\w-]+\.\d+$/;
/** Outcomes that have a colour. */
const OUTCOMES = new Set(["success", "failure", "denied", "unknown"]);

/** The page. */
export function documentHtml(document: ReportDocument): string {
  const { title, name, facts, sections, events } = document;
  const links = new Set(events.map(({ id }) => id));
  const style = createHash("sha256").update(PAGE_STYLE).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`;
  const contents = sections.map(
    ({ id, heading }) => html`<li><a href="#${id}">${heading}</a></li>`,
  );
  const parts = sections.map(
    ({ id, heading, blocks }) =>
      html`<section aria-labelledby="${id}">
        <h2 id="${id}">${heading}</h2>
        ${blocks.map((block) => blockHtml(block, 3, links))}
      </section> `,
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <style>
          ${new Markup(PAGE_STYLE)}
        </style>
      </head>
      <body>
        <main>
          <header>
            ${title === name ? "" : html`<p class="kind">${name}</p> `}
            <h1>${title}</h1>
            ${factList(facts)}
          </header>
          <nav aria-label="Contents">
            <ul>
              ${contents}
            </ul>
          </nav>
          ${parts}
        </main>
      </body>
    </html>`.toString();
}

/** An id that no other record has, of letters that a link takes as they are. */
function anchorOf(id: string): string {
  const plain = id.replace(
    /[^\w.-]/g,
    (character) => `~${(character.codePointAt(0) ?? 0).toString(16)}~`,
  );
  return `r-${plain}`;
}

type Links = ReadonlySet<string>;

function blockHtml(block: Block, level: number, links: Links): Markup {
  switch (block.kind) {
    case "text":
      return html`<p>${block.text}</p> `;
    case "facts":
      return factList(block.facts);
    case "table":
      return tableHtml(block, links);
    case "events":
      return html`${block.events.map((event) => eventHtml(event, level, links))}`;
    default:
      return html`${heading(level, block.heading)}${block.blocks.map((inner) => blockHtml(inner, level + 1, links))}`;
  }
}

function heading(level: number, text: string): Markup {
  const tag = new Markup(`h${level}`);
  return html`<${tag}>${text}</${tag}>\n`;
}

function factList(facts: readonly Fact[]): Markup {
  return html`<dl>
    ${facts.map(
      ([name, text]) =>
        html`<dt>${name}</dt>
          <dd>${text}</dd>`,
    )}
  </dl> `;
}

function tableHtml({ caption, columns, rows }: TableBlock, links: Links): Markup {
  const body = rows.map(
    ([first = "", ...rest]) =>
      html`<tr>
        <th scope="row">${cellHtml(first, links)}</th>
        ${rest.map((cell) => html`<td>${cellHtml(cell, links)}</td>`)}
      </tr> `,
  );
  return html`<div class="table">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div> `;
}

function cellHtml(cell: Cell, links: Links): Markup {
  if (typeof cell === "string") return html`${cell}`;
  return html`${cell.records.map((id, at) => html`${at === 0 ? "" : " "}${recordLink(id, links)}`)}`;
}

function recordLink(id: string, links: Links): Markup {
  return links.has(id)
    ? html`<a href="#${anchorOf(id)}"><code>${id}</code></a>`
    : html`<code>${id}</code>`;
}

function eventHtml(event: ReportEvent, level: number, links: Links): Markup {
  const { id, timestamp, time, what, impact, outcome, facts, changes, details, related } = event;
  const known = OUTCOMES.has(outcome) ? outcome : "other";
  const high = impact === "high" ? html` · <span class="mark high">high impact</span>` : "";
  return html`<article class="${known}" id="${anchorOf(id)}">
    ${heading(level, what)}
    <p class="when">
      <time datetime="${timestamp}">${time}</time> ·
      <span class="mark ${known}">${outcome}</span>${high}
    </p>
    ${factList(facts)}${changes.length === 0 ? "" : changesHtml(changes)}${details.length === 0 ? "" : detailsHtml(details)}${related.map((one) => relatedHtml(one, links))}
    <p class="record">
      Record
      ${recordLink(id, links)}${PLAIN_ID.test(id) ? html` · <code>otel-audit show ${id}</code>` : ""}
    </p>
  </article> `;
}

function changesHtml(changes: readonly FieldChange[]): Markup {
  const cell = (text: string | undefined, name: string): Markup =>
    text === undefined
      ? html`<td></td>`
      : html`<td class="${name}">${text === "" ? "(empty)" : text}</td>`;
  const rows = changes.map(
    ({ field, before, after }) =>
      html`<tr>
        <th scope="row">${field}</th>
        ${cell(before, "went")}${cell(after, "came")}
      </tr> `,
  );
  return html`<div class="table">
    <table>
      <caption>
        Before and after
      </caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div> `;
}

function detailsHtml(details: readonly Fact[]): Markup {
  const rows = details.map(
    ([name, text]) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>${text}</td>
      </tr> `,
  );
  return html`<div class="table">
    <table>
      <caption>
        Details
      </caption>
      <thead>
        <tr>
          <th scope="col">Detail</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div> `;
}

function relatedHtml({ title, events }: RelatedEvents, links: Links): Markup {
  if (events.length === 0) return html`<p>${title}.</p> `;
  return tableHtml(
    {
      kind: "table",
      caption: title,
      columns: ["When", "Why", "What", "Record"],
      rows: events.map(({ id, time, why, what }) => [time, why, what, { records: [id] }]),
    },
    links,
  );
}
