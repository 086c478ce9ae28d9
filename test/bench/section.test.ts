import { expect, test } from "vitest";
import { markdownOf, withBlock } from "./section.ts";

const DOCUMENT = `before

<!-- figures: grpc -->

old

<!-- end of figures -->

between

<!-- figures: memory -->

kept

<!-- end of figures -->
`;

test("a block is replaced between its marks, the others stay", () => {
  const written = withBlock(DOCUMENT, "grpc", "new");
  expect(written).toBe(DOCUMENT.replace("old", "new"));
  expect(withBlock(written, "grpc", "old")).toBe(DOCUMENT);
});

test("a document without that block is refused", () => {
  expect(() => withBlock(DOCUMENT, "disk", "new")).toThrow("<!-- figures: disk -->");
});

test("Markdown of a section: machine, tables, then targets with their verdict", () => {
  const target = { what: "fewer calls", wanted: "at most 10 %", found: "12 %", isMet: false };
  const text = markdownOf({
    name: "grpc",
    machine: "2 cores",
    effort: "7 rounds",
    tables: [{ title: "Calls", head: ["variant", "calls/s"], rows: [["bare", "100"]] }],
    targets: [target, { ...target, what: "slower", isMet: true }],
  });
  expect(text).toBe(
    [
      "2 cores. 7 rounds.",
      "**Calls**",
      "| variant | calls/s |\n| --- | ---: |\n| bare | 100 |",
      "**Targets**",
      [
        "| target | wanted | found |  |",
        "| --- | ---: | ---: | ---: |",
        "| fewer calls | at most 10 % | 12 % | NOT MET |",
        "| slower | at most 10 % | 12 % | met |",
      ].join("\n"),
    ].join("\n\n"),
  );
});
