import { RE2JS } from "re2js";
import { AuditError, messageOf } from "./errors.ts";

/**
 * Compiles an RE2 pattern that must match a whole text, in time linear in its length.
 *
 * @param place where the pattern stands, for the error.
 * @throws {AuditError} `invalid_policy` for what RE2 refuses: back references and look-around too.
 */
export function compilePattern(pattern: string, place: string): (text: string) => boolean {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    throw new AuditError(
      "invalid_policy",
      `${place}: ${JSON.stringify(pattern)} is no RE2 pattern: ${messageOf(error)}; see github.com/google/re2/wiki/Syntax`,
      { cause: error },
    );
  }
  return (text) => compiled.matches(text);
}
