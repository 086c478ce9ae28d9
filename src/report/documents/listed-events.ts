/** Sections that list events. */
import type { Block, ReportEvent, Section } from "./document.ts";
import type { MaterialCounts } from "./material.ts";
import { dayText } from "./times.ts";

/** Those of high impact; then the others, day by day. */
export function eventSections(
  { events, counts }: { readonly events: readonly ReportEvent[]; readonly counts: MaterialCounts },
  zone: string,
  words: { readonly high: string; readonly rest: string },
): readonly Section[] {
  const high = events.filter(({ impact }) => impact === "high");
  const rest = events.filter(({ impact }) => impact !== "high");
  const others = counts.records - counts.highImpact;
  return [
    {
      id: "high-impact",
      heading: words.high,
      blocks: listedBlocks(high.length, counts.highImpact, () => [
        { kind: "events", events: high },
      ]),
    },
    {
      id: "by-day",
      heading: words.rest,
      blocks: listedBlocks(rest.length, others, () => dayBlocks(rest, zone)),
    },
  ];
}

/** What is listed, and how much there is of it where that is more. */
export function listedBlocks(
  listed: number,
  total: number,
  blocks: () => readonly Block[],
): readonly Block[] {
  if (total === 0) return [text("None.")];
  if (listed >= total) return blocks();
  if (listed === 0) return [text(`There are ${total}, and none of them is listed here.`)];
  return [text(`Listed are the latest ${listed} of ${total}.`), ...blocks()];
}

/** Events under the days of a zone. */
export function dayBlocks(events: readonly ReportEvent[], zone: string): readonly Block[] {
  const days = Map.groupBy(events, ({ timestamp }) => dayText(timestamp, zone));
  return [...days].map(([heading, ofDay]) => ({
    kind: "group",
    heading,
    blocks: [{ kind: "events", events: ofDay }],
  }));
}

function text(words: string): Block {
  return { kind: "text", text: words };
}
