/**
 * Shapes for who can match but not verify: the Collector, whose RE2 has no sums and no look-around.
 *
 * In: what the checks of the process know as data. Out: RE2 texts, narrower than those of the
 * process where that costs nothing: lengths, endings, a character that must be among others.
 */
import { IBAN_LENGTHS } from "./number-checks.ts";
import { endingBut } from "./word-sets.ts";

/** Endings of file and unit names that look like a top-level domain: `icon@2x.png`, `getty@tty1.service`. */
export const NOT_DOMAINS: ReadonlySet<string> = new Set(
  (
    "png jpg jpeg gif svg webp bmp ico tiff pdf txt log csv json yaml yml toml xml html htm css js mjs cjs ts tsx " +
    "jsx py rb go rs java kt swift c h cpp service socket timer mount target device slice scope path swap tar gz " +
    "zip tgz whl jar deb rpm exe dll so bin pt onnx ckpt npy npz"
  ).split(" "),
);

/** Countries whose account numbers are digits alone (SWIFT IBAN registry, release 99). */
const IBANS_OF_DIGITS: ReadonlySet<string> = new Set(
  (
    "AE AT BA BE BI CZ DE DJ DK EE ES FI FO GL HR HU IL IS LT LY ME MN MR NO PL PT RS SD SE SI SK SO ST TL TN " +
    "VA XK"
  ).split(" "),
);

/**
 * IBANs by country, with its length and its digits. In capitals only: in small letters any id of
 * letters and digits could be one, and Go's engine would follow it from every word of every text.
 */
export function unverifiedIban(): string {
  const ways = new Map<string, Map<string, string>>();
  const add = ([first = "", second = ""]: string, rest: string): void => {
    const after = ways.get(first) ?? new Map<string, string>();
    ways.set(first, after.set(rest, `${after.get(rest) ?? ""}${second}`));
  };
  for (const [country, length] of IBAN_LENGTHS) {
    const hasDigits = IBANS_OF_DIGITS.has(country);
    add(country, `[0-9]{2}${inGroups(length - 4, hasDigits ? "[0-9]" : "[A-Z0-9]")}`);
  }
  // By letter, not by country: Go's engine then follows one way, where it would follow ninety.
  const texts = [...ways].map(
    ([first, after]) =>
      `${first}(?:${[...after].map(([rest, seconds]) => `[${seconds}]${rest}`).join("|")})`,
  );
  return `\\b(?:${texts.join("|")})\\b`;
}

/** Groups of four and a rest, with or without a separator between. */
function inGroups(length: number, character: string): string {
  const rest = length % 4;
  return (
    `(?:[ -]?${character}{4}){${Math.floor(length / 4)}}` +
    (rest === 0 ? "" : `[ -]?${character}{${rest}}`)
  );
}

/** `length` characters, one of them at least of a class. */
export function withOneOf(one: string, others: string, length: number): string {
  const every = `${one.slice(0, -1)}${others.slice(1)}`;
  let text = one;
  for (let rest = 1; rest < length; rest++) text = `(?:${one}${every}{${rest}}|${others}${text})`;
  return text;
}

/** The top-level domain of an address: letters, but none of some endings of files. */
export function topLevelDomain(endings: Iterable<string>): string {
  return `(?:xn--[A-Za-z0-9-]{2,59}|${endingBut([...endings])})\\b`;
}
