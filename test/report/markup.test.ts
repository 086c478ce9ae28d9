import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { markdownRow, markdownText } from "../../src/lib/markdown-text.ts";
import { escapeMarkup, markup } from "../../src/report/markup.ts";

describe("mark-up", () => {
  test.each([
    ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
    [`"a' & b`, "&quot;a&#39; &amp; b"],
    ["two\nlines", "two\nlines"],
    ["a\u0000\u001b[31m\u202eb\ud800", "a  [31m b "],
  ])("%j", (text, expected) => {
    expect(escapeMarkup(text)).toBe(expected);
    expect(String(markup`<p title="${text}">${[text, 1]}</p>`)).toBe(
      `<p title="${expected}">${expected}1</p>`,
    );
  });

  test("takes what it made itself as it is", () =>
    expect(String(markup`<b>${[markup`<i>${"<"}</i>`]}</b>`)).toBe("<b><i>&lt;</i></b>"));

  test("lets no text out of a tag or an attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeMarkup(text)).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      }),
    );
  });
});

describe("Markdown", () => {
  test.each([
    ["**a** _b_ `c`", "\\*\\*a\\*\\* \\_b\\_ \\`c\\`"],
    ["<img src=x> &amp;", "&lt;img src=x\\> &amp;amp;"],
    ["| # [x](y) ~", "\\| \\# \\[x\\]\\(y\\) \\~"],
    ["one\ntwo", "one two"],
    ["https://x.org", "https<!-- -->://x.org"],
    ["see WWW.x.org, @ann", "see WWW<!-- -->.x.org, <!-- -->@ann"],
  ])("%j is no mark-up", (text, expected) => expect(markdownText(text)).toBe(expected));

  test("a row has as many cells as were given, whatever they hold", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (cells) => {
        const row = markdownRow(cells);
        expect(row).not.toMatch(/[\r\n]/);
        // A bar that no backslash of its own stands before.
        const bars = row.replaceAll(/\\./gs, "").match(/\|/g) ?? [];
        expect(bars).toHaveLength(cells.length + 1);
      }),
    );
  });
});
