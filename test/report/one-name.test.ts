/** Everybody has one other name in a document: in what it lists, counts, is called, and in its rows. */
import { expect, test } from "vitest";
import type { ReportKind } from "../../src/report/index.ts";
import { csvOf, documentOf, markdownOf } from "../support/report-document.ts";
import type { TrailEvent } from "../support/report-trail.ts";

/** Addresses that no field names; more records than the document lists, and each address in two of them. */
function eventsOf(action: string): readonly TrailEvent[] {
  return Array.from({ length: 120 }, (_, at): TrailEvent => {
    const person = (at * 7) % 60;
    const clock = `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
    return {
      at: `2026-11-01T${clock}`,
      action,
      outcome: action === "permission_change" ? "denied" : "success",
      reason: `p${person}q asked by p${person}@example.org from 10.1.2.${person}`,
    };
  });
}

/** What stands where somebody's mark is followed by an address. */
function namesIn(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const [, mark = "", person = "", address = ""] of text.matchAll(
    /(p\d+q) asked by (Person \d+) from (Address \d+)/g,
  )) {
    const known = names.get(mark) ?? new Set<string>();
    names.set(mark, known.add(`${person}, ${address}`));
  }
  return names;
}

test.each<[ReportKind, string]>([
  ["release", "permission_change"],
  ["exclusions", "sample_discard"],
  ["incident", "permission_change"],
  ["decisions", "decision"],
])("a document of kind %s has one name for each", async (kind, action) => {
  const document = await documentOf(kind, {
    events: eventsOf(action),
    limit: 5,
    isPseudonymous: true,
    title: "For p33@example.org, p31@example.org and eve@example.org",
    terms: ["reason:p42@example.org", "reason:eve@example.org"],
  });
  const text = `${markdownOf(document)}\n${(await csvOf(document)).join("\n")}`;
  expect(text).not.toMatch(/@example|10\.1\./);
  const names = namesIn(text.replaceAll("\\", ""));
  expect(names.size).toBe(60);
  expect([...names.values()].filter(({ size }) => size !== 1)).toEqual([]);
  // And nobody's is another one's.
  expect(new Set([...names.values()].flatMap((own) => [...own])).size).toBe(60);
  const personOf = (mark: string): string =>
    [...(names.get(mark) ?? [])].join().split(",")[0] ?? "";
  const [title, only] = [
    document.title,
    document.facts.find(([name]) => name === "Only")?.[1] ?? "",
  ];
  const [, own = "", other = "", eve = ""] = /^For (.*), (.*) and (.*)$/.exec(title) ?? [];
  expect([own, other]).toEqual(["p33q", "p31q"].map(personOf));
  expect(only).toBe(`reason:${personOf("p42q")} reason:${eve}`);
});
