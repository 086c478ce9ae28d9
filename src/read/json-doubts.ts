/** What a JSON text says and its parsed value does not: names that stand twice, numbers that were rounded. */
import { shown } from "../lib/shown.ts";

/** One such thing. */
export interface JsonDoubt {
  /** Names and places in lists, from the outside to the value. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** More of them say nothing more. */
const MAX_DOUBTS = 16;
/** Names of a path that a message shows. */
const MAX_SHOWN = 12;

interface Frame {
  /** Undefined: a list. */
  readonly names: Set<string> | undefined;
  at: string | number;
}

/**
 * The doubts of a text, the first of them if there are many.
 *
 * @param text must be JSON.
 */
export function doubtsOfJson(text: string): readonly JsonDoubt[] {
  const frames: Frame[] = [];
  const doubts: JsonDoubt[] = [];
  let isName = false;
  const say = (what: string): void => {
    const path = frames.map((frame) => frame.at);
    doubts.push({ path, message: `${nameOf(path)} ${what}` });
  };
  for (let at = 0; at < text.length && doubts.length < MAX_DOUBTS;) {
    const character = text[at] ?? "";
    const frame = frames.at(-1);
    let end = at + 1;
    if (character === "{" || character === "[") {
      isName = character === "{";
      frames.push(isName ? { names: new Set(), at: "" } : { names: undefined, at: 0 });
    } else if (character === "}" || character === "]") frames.pop();
    else if (character === ":") isName = false;
    else if (character === ",") {
      isName = frame?.names !== undefined;
      if (typeof frame?.at === "number") frame.at++;
    } else if (character === '"') {
      end = endOfText(text, at);
      if (isName && frame?.names !== undefined) {
        frame.at = String(JSON.parse(text.slice(at, end)));
        if (frame.names.has(frame.at)) say("stands twice");
        frame.names.add(frame.at);
      }
    } else if (isDigit(character) || character === "-") {
      end = endOfNumber(text, at);
      const written = text.slice(at, end);
      const read = String(Number(written));
      if (!isSameDecimal(written, read)) say(`is written ${shown(written)} and read as ${read}`);
    }
    at = end;
  }
  return doubts;
}

/** Those within some parts of the text, and of what the parts stand in. */
export function doubtsWithin(
  doubts: readonly JsonDoubt[],
  parts: readonly (readonly (string | number)[])[],
): readonly string[] {
  const isWithin = (path: JsonDoubt["path"]): boolean =>
    parts.some((part) => path.slice(0, part.length).every((name, at) => name === part[at]));
  return doubts.flatMap(({ path, message }) => (isWithin(path) ? [message] : []));
}

/** How many names a parsed value has, at all depths. */
export function countNames(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[])
      if (typeof item === "object") count += countNames(item);
    return count;
  }
  const map = value as Readonly<Record<string, unknown>>;
  for (const name in map) {
    count++;
    const item = map[name];
    if (typeof item === "object") count += countNames(item);
  }
  return count;
}

/** Whether two texts of numbers are the same number, exactly. */
export function isSameDecimal(left: string, right: string): boolean {
  return left === right || decimalOf(left) === decimalOf(right);
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** One text for each number: digits without zeros around them, and an exponent. */
function decimalOf(text: string): string {
  const [, sign = "", whole, fraction = "", exponent = "0"] = NUMBER.exec(text) ?? [];
  if (whole === undefined) return text;
  const digits = (whole + fraction).replace(/^0+/, "");
  const short = digits.replace(/0+$/, "");
  if (short === "") return "0";
  return `${sign}${short}e${Number(exponent) - fraction.length + digits.length - short.length}`;
}

function nameOf(path: readonly (string | number)[]): string {
  const names = path.slice(-MAX_SHOWN).join(".");
  return shown(names).slice(1, -1);
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}

function endOfNumber(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && /[\d.eE+-]/.test(text[at] ?? "")) at++;
  return at;
}

/** The place behind the quote that ends a text which begins with one at a place. */
export function endOfText(text: string, from: number): number {
  for (let at = from + 1; ; at++) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let escapes = 0;
    while (text[at - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
}
