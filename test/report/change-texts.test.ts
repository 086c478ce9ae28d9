/** Before and after as documents show them. */
import { expect, test } from "vitest";
import type { BodyMap } from "../../src/event/index.ts";
import { changeTexts } from "../../src/report/documents/change-texts.ts";
import { documentHtml } from "../../src/report/index.ts";
import { csvOf, documentOf, markdownOf, sectionOf } from "../support/report-document.ts";
import { flatRecords } from "../support/told-records.ts";

type Texts = readonly [field: string, before: string | undefined, after: string | undefined];

const textsOf = (
  details: BodyMap,
  attributes: Readonly<Record<string, string>> = {},
): readonly Texts[] =>
  flatRecords({ at: 0, action: "hp_change", details, attributes })
    .flatMap((record) => changeTexts(record))
    .map(({ field, before, after }) => [field, before, after]);

test.each<readonly [string, BodyMap, readonly Texts[]]>([
  ["a value", { before: { lr: 0.1 }, after: { lr: 0.2 } }, [["lr", "0.1", "0.2"]]],
  ["one that came", { before: {}, after: { lr: 1 } }, [["lr", undefined, "1"]]],
  ["one that went", { before: { lr: 1 }, after: {} }, [["lr", "1", undefined]]],
  ["a side that is not told", { after: { lr: 1 } }, [["lr", undefined, "1"]]],
  ["an empty text", { before: { a: "" }, after: { a: "x" } }, [["a", "", "x"]]],
  [
    "what is nested, by the whole way to it",
    { before: { a: { b: 1 } }, after: { a: { b: 2 } } },
    [["a.b", "1", "2"]],
  ],
  [
    "lists and maps that are empty",
    { before: { a: [], b: {} }, after: { a: [1, "x"], b: [{ c: 1 }] } },
    [
      ["a", "(none)", "1, x"],
      ["b", "(none)", '[{"c":1}]'],
    ],
  ],
  [
    "a list of which only what moved was recorded",
    { before: { tags: { removed: [] } }, after: { tags: { added: ["b", "c"], at: [0, 2] } } },
    [["tags", "none removed", "added: b, c"]],
  ],
  ["a mask", { before: { a: "****" }, after: { a: 1 } }, [["a", "****", "1"]]],
  ["sides that are no maps", { before: 1, after: 2 }, [["value", "1", "2"]]],
])("%s", (_name, details, wanted) => expect(textsOf(details)).toEqual(wanted));

test("a value that was taken away later", () => {
  const fields = `before_a:${"A".repeat(43)}`;
  expect(textsOf({ before: {}, after: { a: 1 } }, { "audit.integrity.fields": fields })).toEqual([
    ["a", "(redacted)", "1"],
  ]);
});

test("many fields are counted, long values say where they go on", () => {
  const after = Object.fromEntries(Array.from({ length: 203 }, (_, at) => [`f${at}`, at]));
  const texts = textsOf({ before: {}, after });
  expect(texts).toHaveLength(201);
  expect(texts.at(-1)).toEqual(["and 3 more fields", undefined, undefined]);
  const [[, , long] = []] = textsOf({ before: {}, after: { a: "x".repeat(3000) } });
  expect(long).toBe(`${"x".repeat(2000)}… (the first 2000 of 3000 characters)`);
});

test("a release tells what was not there, what is gone, and what nobody knows apart", async () => {
  const event = (at: number, details: BodyMap) => ({
    at: `2026-10-05T08:0${at}`,
    action: "hp_change",
    details,
  });
  const changes = sectionOf(
    await documentOf("release", {
      events: [
        event(1, { before: {}, after: { come: 1 } }),
        event(2, { before: { went: 1 }, after: {} }),
        event(3, { after: { only: 1 } }),
        event(4, { before: { half: 1 } }),
      ],
    }),
    "Changes, by person and setting",
  );
  for (const row of [
    "| come |  | \\(not there\\) | 1 |",
    "| went |  | 1 | \\(gone\\) |",
    "| only |  | \\(not known\\) | 1 |",
    "| half |  | 1 | \\(not known\\) |",
  ])
    expect(changes).toContain(row);
});

test("each record says so too, in every form", async () => {
  const document = await documentOf("release", {
    events: [
      { at: "2026-10-05T08:01", action: "hp_change", details: { before: {}, after: { come: 1 } } },
      { at: "2026-10-05T08:02", action: "hp_change", details: { before: { went: 1 }, after: {} } },
      { at: "2026-10-05T08:03", action: "hp_change", details: { after: { only: 1 } } },
    ],
  });
  const markdown = markdownOf(document);
  for (const row of [
    "| come | \\(not there\\) | 1 |",
    "| went | 1 | \\(gone\\) |",
    "| only | \\(not known\\) | 1 |",
  ])
    expect(markdown).toContain(row);
  const html = documentHtml(document);
  expect(html).toContain('<th scope="row">only</th><td>(not known)</td><td class="came">1</td>');
  const rows = (await csvOf(document)).join("\n");
  for (const cell of ["come: (not there) -> 1", "went: 1 -> (gone)", "only: (not known) -> 1"])
    expect(rows).toContain(cell);
});
