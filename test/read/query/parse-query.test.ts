import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AuditError } from "../../../src/lib/errors.ts";
import { fieldNames, FIELDS, fieldOf } from "../../../src/read/query/fields.ts";
import { parseQuery } from "../../../src/read/query/parse-query.ts";
import type { Term } from "../../../src/read/query/query.ts";

const UTC = { zone: "UTC", nowMillis: Date.parse("2026-11-22T12:00:00Z") };
const anyOf = (...texts: readonly string[]): Term["test"] => ({
  kind: "any-of",
  values: texts.map((text) => ({ text, isPattern: false })),
});

describe("a term", () => {
  test.each<readonly [typed: string, term: Partial<Term>]>([
    ["actor:ann", { field: "actor", test: anyOf("ann") }],
    ["Actor:Ann", { field: "actor", test: anyOf("Ann") }],
    ["-actor:ann", { field: "actor", isNegated: true }],
    ["action:pause,resume", { test: anyOf("pause", "resume") }],
    ["outcome:FAILURE", { test: anyOf("failure") }],
    ["rpc:not_found", { test: anyOf("NOT_FOUND") }],
    ['target:"a b,c"', { test: anyOf("a b,c") }],
    ['target:a" b"', { test: anyOf("a b") }],
    [String.raw`target:"say \"go\" \\ now \n"`, { test: anyOf(String.raw`say "go" \ now \n`) }],
    ["target:a:b", { test: anyOf("a:b") }],
    ["learning", { field: "text", test: anyOf("learning") }],
    ['"learning rate"', { field: "text", test: anyOf("learning rate") }],
    ["a,b", { field: "text", test: anyOf("a,b") }],
    ['-"learning rate"', { field: "text", isNegated: true, test: anyOf("learning rate") }],
    ["-", { field: "text", isNegated: false, test: anyOf("-") }],
    ["has:reason", { field: "reason", isNegated: false, test: { kind: "present" } }],
    ["no:reason", { field: "reason", isNegated: true }],
    ["-no:reason", { field: "reason", isNegated: false }],
    ["details.after.lr:0.1", { field: "details", path: "after.lr", test: anyOf("0.1") }],
    ["rpc.system.name:grpc", { field: "attribute", path: "rpc.system.name" }],
    ["has:details.before", { field: "details", path: "before" }],
    ["duration:>100", { test: { kind: "number", from: 100, isFromExcluded: true } }],
    ["duration:<=5.5", { test: { kind: "number", to: 5.5 } }],
    ["duration:10..20", { test: { kind: "number", from: 10, to: 20 } }],
    ["duration:10..*", { test: { kind: "number", from: 10 } }],
    ["details.n:>0", { path: "n", test: { kind: "number", from: 0, isFromExcluded: true } }],
    ["details.n:0..*", { path: "n", test: { kind: "number", from: 0 } }],
    ["details.commit:abc..def", { path: "commit", test: anyOf("abc..def") }],
    ['details.note:">0"', { path: "note", test: anyOf(">0") }],
    ["audit.count:>=2", { field: "attribute", test: { kind: "number", from: 2 } }],
    ['"OR"', { field: "text", test: anyOf("OR") }],
    ["outcome:fail*", { test: { kind: "any-of", values: [{ text: "fail*", isPattern: true }] } }],
    ["category:other", { test: anyOf("other") }],
    ["sequence:7", { test: { kind: "number", from: 7, to: 7 } }],
    ["target:exp-*", { test: { kind: "any-of", values: [{ text: "exp-*", isPattern: true }] } }],
    ['target:"exp-*"', { test: anyOf("exp-*") }],
    [
      "created:2026-10",
      {
        test: {
          kind: "time",
          from: "2026-10-01T00:00:00.000000Z",
          until: "2026-11-01T00:00:00.000000Z",
        },
      },
    ],
    ["created:>=2026-10-01", { test: { kind: "time", from: "2026-10-01T00:00:00.000000Z" } }],
    ["created:>2026-10-01", { test: { kind: "time", from: "2026-10-02T00:00:00.000000Z" } }],
    ["created:<2026-10-01", { test: { kind: "time", until: "2026-10-01T00:00:00.000000Z" } }],
    ["created:<=2026-10-01", { test: { kind: "time", until: "2026-10-02T00:00:00.000000Z" } }],
    [
      "created:2026-10-01..2026-10-07",
      {
        test: {
          kind: "time",
          from: "2026-10-01T00:00:00.000000Z",
          until: "2026-10-08T00:00:00.000000Z",
        },
      },
    ],
    ["created:*..2026-10-07", { test: { kind: "time", until: "2026-10-08T00:00:00.000000Z" } }],
    ["created:>-3h", { test: { kind: "time", from: "2026-11-22T09:00:00.000001Z" } }],
  ])("%s", (typed, expected) => {
    const { terms } = parseQuery(typed, UTC);
    expect(terms).toHaveLength(1);
    expect(terms[0]).toMatchObject(expected);
  });

  // 02:30 comes twice: no limit leaves out what may be meant.
  test.each<readonly [typed: string, from: string | undefined, until: string | undefined]>([
    ["created:2026-10-25T02", "2026-10-25T00:00:00.000000Z", "2026-10-25T02:00:00.000000Z"],
    ["created:>=2026-10-25T02:30", "2026-10-25T00:30:00.000000Z", undefined],
    ["created:>2026-10-25T02:30", "2026-10-25T00:31:00.000000Z", undefined],
    ["created:<2026-10-25T02:30", undefined, "2026-10-25T01:30:00.000000Z"],
    ["created:<=2026-10-25T02:30", undefined, "2026-10-25T01:31:00.000000Z"],
  ])("%s in Berlin", (typed, from, until) => {
    const [term] = parseQuery(typed, { zone: "Europe/Berlin" }).terms;
    expect(term?.test).toEqual({ kind: "time", from, until });
  });

  test("stands beside others, in one text or in several", () => {
    const one = parseQuery('  actor:ann   "a b"\t-outcome:success ', UTC);
    expect(one).toEqual(parseQuery(["actor:ann", '"a b"', "-outcome:success"], UTC));
    expect(one.terms.map(({ field }) => field)).toEqual(["actor", "text", "outcome"]);
  });
});

describe("what is no query", () => {
  test.each<readonly [typed: string, says: RegExp]>([
    ["acter:ann", /"acter:ann" names no field: did you mean actor\?/],
    ["nonsense:ann", /names no field: The fields are listed by --help; quote it/],
    ["actor:", /"actor:" has no value: has:actor asks for what is there/],
    ['target:"a', /has no end: a quote is missing/],
    ["duration:fast", /no number: "fast"; write 10, >10/],
    ["duration:1,2", /takes one value, or a range/],
    ["created:soon", /no time: "soon" is none of 2026-11/],
    ["created:2026-13", /no time/],
    ["created:>=2026-02-30", /no time/],
    [
      "created:2026-10-26..2026-10-24",
      /ends before it begins: there is no time in it; the other way/,
    ],
    [
      "status:failure",
      /value that status never is: did you mean outcome:failure\? It is one of success, failed/,
    ],
    ["outcome:failed", /outcome never is: did you mean status:failed\?/],
    ["outcome:sucess", /did you mean outcome:success\?/],
    ["-outcome:success,sucess", /did you mean outcome:success\?/],
    ["impact:critical", /impact never is: It is one of high, normal, low/],
    ["outcome:!success", /did you mean -outcome:success\?/],
    ["kind:records", /It is one of result, intent, delivery, gap, start, checkpoint/],
    [
      "actor:ann OR actor:bob",
      /"OR" is a word that joins terms elsewhere: .*actor:ann,bob is one or/,
    ],
    ["NOT actor:ann", /"NOT" is a word/],
    ["actor:ann && actor:bob", /"&&" is a word/],
    ['""', /says nothing to look for/],
    ['-""', /says nothing to look for/],
    ['actor:""', /has no value: has:actor/],
    ['reason:x,""', /has no value: has:reason/],
    ["details.n:>soon", /compares with what is no number: "soon"; in quotes \(">soon"\)/],
    ["details.n:5..0", /ends before it begins: there is no number in it; .* "0..5"/],
    ["duration:5..1", /ends before it begins/],
    ["has:", /must name one field/],
    ["has:what", /names no field/],
    ["x".repeat(10_001), /longer than 10000 characters/],
    ["a ".repeat(201), /more than 200 terms/],
  ])("%s", (typed, says) => {
    expect(() => parseQuery(typed, UTC)).toThrow(says);
    expect(() => parseQuery(typed, UTC)).toThrow(
      expect.objectContaining({ code: "invalid_option" }),
    );
  });

  test("any text gives a query or says why it is none", () => {
    const typed = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc
        .array(
          fc.constantFrom(
            ...fieldNames(),
            ":",
            '"',
            "\\",
            ",",
            "*",
            "-",
            " ",
            "..",
            ">=",
            "<",
            "has:",
            "details.",
            "2026-10",
            "-3h",
            "\u0000",
            "\ud800",
          ),
          { maxLength: 12 },
        )
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(typed, (text) => {
        try {
          for (const { field, path } of parseQuery(text, UTC).terms)
            expect(fieldOf(field) !== undefined || path !== undefined).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(AuditError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});

test("every field says what it is, and has a name of its own", () => {
  expect(new Set(fieldNames()).size).toBe(FIELDS.flatMap(({ also = [] }) => ["", ...also]).length);
  for (const { what } of FIELDS) expect(what).not.toBe("");
});
