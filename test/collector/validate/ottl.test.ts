/** Statements of the transform processor, taken apart: what was put together comes out, and nothing makes it fail. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseStatement, unquoted } from "../../../src/collector/validate/ottl.ts";

const quoted = fc.string({ maxLength: 12 }).map((text) => JSON.stringify(text));
const plain = fc.constantFrom(
  "log.body",
  "10",
  "nil",
  'attributes["a,)("]',
  "Concat([a, b], c)",
  '{"k": [1, 2]}',
);
const argument = fc.oneof(quoted, plain);

test("what is put together comes out", () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z][a-z_]{0,10}$/),
      fc.array(argument, { maxLength: 4 }),
      fc.constantFrom("", 'IsMatch(log.body, ")")', 'a == "where (" or not b'),
      fc.boolean(),
      (editor, args, where, areNamed) => {
        const given = args.map((one, at) => (areNamed ? `name_${"x".repeat(at)} = ${one}` : one));
        const text = `${editor}(${given.join(", ")})${where === "" ? "" : ` where ${where}`}`;
        expect(parseStatement(text)).toEqual({ editor, args, where });
      },
    ),
    { numRuns: 500 },
  );
});

test("a text that is quoted comes out", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ -~]{0,20}$/), (text) => {
      expect(unquoted(JSON.stringify(text))).toBe(text);
    }),
  );
});

test("nothing makes it fail", () => {
  const piece = fc.constantFrom(
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    '"',
    "\\",
    ",",
    "set",
    " where ",
    "=",
    "a",
    "\n",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((all) => `set(${all.join("")}`),
      ),
      (text) => {
        const found = parseStatement(text);
        expect(found === undefined || found.editor.length > 0).toBe(true);
        unquoted(text);
      },
    ),
    { numRuns: 2000 },
  );
});
