import type { RE2JS } from "re2js";
import { AuditError, messageOf } from "./errors.ts";
import { re2 } from "./late-packages.ts";

/** An RE2 pattern: time linear in the length of the text. */
export interface Re2Pattern {
  /** Whether it matches a whole text. */
  readonly matches: (text: string) => boolean;
  /** Places of all matches that are not empty, from left to right, without overlap. */
  readonly find: (text: string) => readonly { readonly start: number; readonly end: number }[];
}

/**
 * Compiles an RE2 pattern (github.com/google/re2/wiki/Syntax).
 *
 * @param place where the pattern stands, for the error.
 * @throws {AuditError} `invalid_policy` for what RE2 refuses: back references and look-around too.
 */
export function compileRe2(
  pattern: string,
  place: string,
  options: { readonly ignoresCase?: boolean } = {},
): Re2Pattern {
  const RE2 = re2();
  let compiled: RE2JS;
  try {
    compiled = RE2.compile(pattern, options.ignoresCase === true ? RE2.CASE_INSENSITIVE : 0);
  } catch (error) {
    throw new AuditError(
      "invalid_policy",
      `${place}: ${JSON.stringify(pattern)} is no RE2 pattern: ${messageOf(error)}; see github.com/google/re2/wiki/Syntax`,
      { cause: error },
    );
  }
  return {
    matches: (text) => compiled.matches(text),
    find(text) {
      const found: { start: number; end: number }[] = [];
      const matcher = compiled.matcher(text);
      while (matcher.find()) {
        const [start, end] = [matcher.start(), matcher.end()];
        if (end > start) found.push({ start, end });
      }
      return found;
    },
  };
}

/** RE2 text for a name in which `*` stands for any characters, and everything else for itself. */
export function patternOfGlob(glob: string): string {
  return glob
    .split("*")
    .map((part) => re2().quote(part))
    .join("(?s:.*)");
}
