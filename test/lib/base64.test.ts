import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from "../../src/lib/base64.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("RFC 4648, section 10", () => {
  test.each([
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
  ])("%j", (text, base64) => {
    expect(toBase64(encode(text))).toBe(base64);
    expect(fromBase64(base64)).toEqual(encode(text));
    const url = base64.replaceAll("=", "");
    expect(toBase64Url(encode(text))).toBe(url);
    expect(fromBase64Url(url)).toEqual(encode(text));
  });
  test("the two alphabets", () => {
    const bytes = Uint8Array.of(0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff, 0xfb);
    expect(toBase64(bytes)).toBe("++++////+w==");
    expect(toBase64Url(bytes)).toBe("----____-w");
    expect(fromBase64("++++////+w==")).toEqual(bytes);
    expect(fromBase64Url("----____-w")).toEqual(bytes);
  });
});

describe("every other text is refused", () => {
  test.each([
    ["bits that no byte has, one byte", "Zh=="],
    ["bits that no byte has, two bytes", "Zm9="],
    ["no padding", "Zg"],
    ["too little padding", "Zg="],
    ["too much padding", "Zg==="],
    ["padding alone", "===="],
    ["three equals signs", "Z==="],
    ["padding within", "Zg==Zg=="],
    ["a space", "Zm9 "],
    ["a line end", "Zm9v\n"],
    ["the other alphabet", "----"],
    ["no base64 at all", "Zm9€"],
  ])("standard: %s", (_name, text) => expect(fromBase64(text)).toBeUndefined());
  test.each([
    ["bits that no byte has, one byte", "Zh"],
    ["bits that no byte has, two bytes", "Zm9"],
    ["padding", "Zg=="],
    ["one character", "Z"],
    ["one character too many", "Zm9vZ"],
    ["a space", "Zm9 "],
    ["the other alphabet", "++++"],
  ])("url-safe: %s", (_name, text) => expect(fromBase64Url(text)).toBeUndefined());
});

test("as Node writes it, and back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
    }),
  );
});

test("a text that is taken is the only one of its bytes", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from("AQgwBR_-+/=Zm9")), maxLength: 12 }),
      (text) => {
        const [standard, url] = [fromBase64(text), fromBase64Url(text)];
        if (standard !== undefined) expect(toBase64(standard)).toBe(text);
        if (url !== undefined) expect(toBase64Url(url)).toBe(text);
      },
    ),
    { numRuns: 2000 },
  );
});
