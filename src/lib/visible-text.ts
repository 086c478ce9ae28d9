/** Control characters, those that change the order or the place of what is shown, and lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff]/gu;

/** What a file says must not steer a terminal, nor turn around what stands beside it. */
export function withoutControls(text: string): string {
  return text.replace(UNSEEN, " ");
}

/** The same for a text of several lines, which it keeps. */
export function visibleLines(text: string): string {
  return text.split(/\r?\n/).map(withoutControls).join("\n");
}

/** What JSON may hold as it is, and a terminal takes for a command or turns text around by. */
const UNSEEN_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The same JSON, with what cannot be seen as `\u009b`: such a character stands within a text of it. */
export function visibleJson(json: string): string {
  return json.replace(
    UNSEEN_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `JSON.stringify`, with nothing in it that steers a terminal. */
export function jsonText(value: unknown, space?: number): string {
  return visibleJson(JSON.stringify(value, null, space));
}

/** The lines of `jsonText(values, 2)`, value by value: no text has to hold all of them. */
export function* jsonArrayLines(values: Iterable<unknown>): Generator<string> {
  let last: string | undefined;
  for (const value of values) {
    yield last === undefined ? "[" : `${last},`;
    // Within a text of it a line end is escaped.
    last = `  ${jsonText(value ?? null, 2).replaceAll("\n", "\n  ")}`;
  }
  if (last === undefined) yield "[]";
  else yield* [last, "]"];
}
