import { DETECTORS } from "./detectors.ts";
import { regExpOf } from "./scan.ts";

/**
 * Finds what some detectors look for, without masking it: every match, in the order of the text.
 *
 * @param names of detectors, also of those that are off by default.
 */
export function createFinder<Name extends string>(
  names: readonly Name[],
): (text: string) => readonly { readonly detector: Name; readonly value: string }[] {
  const wanted = names.flatMap((detector) =>
    DETECTORS.filter(({ name }) => name === detector).map(({ re2, mask, secretIn }) => ({
      detector,
      pattern: regExpOf(re2),
      isBetween: mask === "between",
      secretIn: secretIn ?? ((match: string) => match),
    })),
  );
  return (text) =>
    wanted.flatMap(({ detector, pattern, isBetween, secretIn }) =>
      [...text.matchAll(pattern)].flatMap(([match, before = "", after = ""]) => {
        const inner = isBetween ? match.slice(before.length, match.length - after.length) : match;
        const value = secretIn(inner);
        return value === undefined || value === "" ? [] : [{ detector, value }];
      }),
    );
}
