import { knownText, type Located } from "./located.ts";

/** Names of what no redaction should let pass, as unlike each other as they come. */
export const SECRET_KEYS: readonly string[] = [
  "password",
  "user.api_key",
  "Authorization",
  "x-session-token",
  "CLIENT_SECRET",
];

/** The same of values. */
export const SECRET_VALUES: readonly string[] = [
  "hunter2",
  "password=hunter2",
  "4111 1111 1111 1111",
  "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x",
  "anna@example.org",
  "AKIAIOSFODNN7EXAMPLE",
];

/** Whether a pattern of Go's matches all samples; one that cannot be read here is taken as right. */
export function matchesAll(node: Located, samples: readonly string[]): boolean {
  const text = knownText(node);
  const compiled = text === undefined ? undefined : compiledPattern(text);
  return compiled !== undefined && samples.every((sample) => compiled.test(sample));
}

/** A pattern of Go's; undefined for one that cannot be read here. */
export function compiledPattern(text: string): RegExp | undefined {
  // Go has flags at the start of a pattern, JavaScript only around a part of one.
  const [, flags = "", pattern = text] = /^\(\?([ims]+)\)(.*)$/s.exec(text) ?? [];
  try {
    return new RegExp(pattern, [...new Set(flags)].join(""));
  } catch {
    return undefined;
  }
}
