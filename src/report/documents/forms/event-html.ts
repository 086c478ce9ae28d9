/** One record on a page. */
import { type Markup, markup } from "../../markup.ts";
import type { ChangeText, RelatedEvents, ReportEvent } from "../document.ts";
import { anchorOf, factList, heading, type Links, recordLink, tableHtml } from "./page-parts.ts";

/** Ids that a shell takes as they stand. */
const PLAIN_ID = /^[\w-]+\.\d+$/;
/** Outcomes that have a colour. */
const OUTCOMES = new Set(["success", "failure", "denied", "unknown"]);

/** The record in full; its heading is of a level. */
export function eventHtml(event: ReportEvent, level: number, links: Links): Markup {
  const { id, timestamp, time, what, impact, outcome, facts, changes, details, related } = event;
  const known = OUTCOMES.has(outcome) ? outcome : "other";
  const high = impact === "high" ? markup` · <span class="mark high">high impact</span>` : "";
  const command = PLAIN_ID.test(id) ? markup` · <code>otel-audit show ${id}</code>` : "";
  const mark = links.markOf(id);
  const doubt = mark === undefined ? "" : markup`<p class="mark failure">${mark.text}</p>\n`;
  const extras = details.length === 0 ? "" : factTable(details, links);
  return markup`<article class="${known}" id="${anchorOf(id)}">
${heading(level, what)}<p class="when"><time datetime="${timestamp}">${time}</time> · <span class="mark ${known}">${outcome}</span>${high}</p>
${doubt}${factList(facts.filter(([name]) => name !== "Outcome" || outcome !== "success"))}${changes.length === 0 ? "" : changesHtml(changes)}${extras}${related.map((one) => relatedHtml(one, links))}<p class="record">Record ${recordLink(id, links)}${command}</p>
</article>
`;
}

function changesHtml(changes: readonly ChangeText[]): Markup {
  const cell = (text: string | undefined, name: string, lack: string | undefined): Markup =>
    text === undefined
      ? markup`<td>${lack ?? ""}</td>`
      : markup`<td class="${name}">${text === "" ? "(empty)" : text}</td>`;
  const rows = changes.map(
    ({ field, before, noBefore, after, noAfter }) =>
      markup`<tr><th scope="row">${field}</th>${cell(before, "went", noBefore)}${cell(after, "came", noAfter)}</tr>\n`,
  );
  return markup`<div class="table"><table><caption>Before and after</caption>
<thead><tr><th scope="col">Field</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
<tbody>${rows}</tbody></table></div>\n`;
}

function factTable(rows: ReportEvent["details"], links: Links): Markup {
  return tableHtml(
    { kind: "table", caption: "Details", columns: ["Detail", "Value"], rows },
    links,
  );
}

function relatedHtml({ title, events }: RelatedEvents, links: Links): Markup {
  if (events.length === 0) return markup`<p>${title}.</p>\n`;
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
