/** A document as GitHub Flavored Markdown: nothing of a record is mark-up. */
import { markdownRow, markdownText } from "../../../lib/markdown-text.ts";
import { wordsOf } from "../change-texts.ts";
import type { Block, Cell, Fact, ReportDocument, ReportEvent, TableBlock } from "../document.ts";
import type { MarkOf } from "../marks.ts";

/** Its lines. */
export function* documentMarkdown({
  title,
  name,
  facts,
  sections,
  markOf,
}: ReportDocument): Generator<string> {
  yield `# ${markdownText(title)}`;
  yield "";
  if (title !== name) yield* [markdownText(name), ""];
  yield* factLines(facts);
  for (const { heading, blocks } of sections) {
    yield* ["", `## ${markdownText(heading)}`];
    for (const block of blocks) yield* blockLines(block, 3, markOf);
  }
}

function* factLines(facts: readonly Fact[]): Generator<string> {
  for (const [name, text] of facts) yield `- **${markdownText(name)}:** ${markdownText(text)}`;
}

function* blockLines(block: Block, level: number, markOf: MarkOf): Generator<string> {
  yield "";
  switch (block.kind) {
    case "text":
      yield markdownText(block.text);
      return;
    case "facts":
      yield* factLines(block.facts);
      return;
    case "table":
      yield* tableLines(block, markOf);
      return;
    case "events":
      for (const [at, event] of block.events.entries()) {
        if (at > 0) yield "";
        yield* eventLines(event, level, markOf);
      }
      return;
    default:
      yield `${"#".repeat(level)} ${markdownText(block.heading)}`;
      for (const inner of block.blocks) yield* blockLines(inner, level + 1, markOf);
  }
}

function* tableLines({ caption, columns, rows }: TableBlock, markOf: MarkOf): Generator<string> {
  yield `**${markdownText(caption)}**`;
  yield "";
  yield markdownRow(columns);
  yield `| ${columns.map(() => "---").join(" | ")} |`;
  for (const row of rows) yield markdownRow(row.map((cell) => cellText(cell, markOf)));
}

function cellText(cell: Cell, markOf: MarkOf): string {
  return typeof cell === "string"
    ? cell
    : cell.records.map((id) => markedId(id, markOf)).join(", ");
}

function markedId(id: string, markOf: MarkOf): string {
  const mark = markOf(id);
  return mark === undefined ? id : `${id} (${mark.word})`;
}

function* eventLines(event: ReportEvent, level: number, markOf: MarkOf): Generator<string> {
  const { id, time, what, impact, facts, changes, details, related } = event;
  yield `${"#".repeat(level)} ${markdownText(time)}: ${markdownText(what)}`;
  yield "";
  const mark = markOf(id);
  if (mark !== undefined) yield* factLines([["Verification", mark.text]]);
  yield* factLines([...facts, ["Impact", impact], ["Record", id]]);
  if (changes.length > 0) {
    yield* ["", markdownRow(["Field", "Before", "After"]), "| --- | --- | --- |"];
    for (const change of changes) {
      const { before, after } = wordsOf(change);
      yield markdownRow([change.field, before, after]);
    }
  }
  if (details.length > 0) {
    yield* ["", markdownRow(["Detail", "Value"]), "| --- | --- |"];
    for (const fact of details) yield markdownRow(fact);
  }
  for (const { title, events } of related) {
    yield* ["", `**${markdownText(title)}**`];
    if (events.length === 0) continue;
    yield* ["", markdownRow(["When", "Why", "What", "Record"]), "| --- | --- | --- | --- |"];
    for (const one of events)
      yield markdownRow([one.time, one.why, one.what, markedId(one.id, markOf)]);
  }
}
