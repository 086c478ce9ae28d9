import { counted } from "../lib/counted.ts";
import type { FieldFinding } from "./examine.ts";
import type { Finding, FindingCode, FindingParts } from "./findings.ts";

/** What became of fields that may be redacted. */
export interface FieldLedger {
  /** @param action of the record. */
  readonly add: (field: FieldFinding, action: string, place: FieldPlace) => void;
  /** How often a field was redacted, by key. */
  readonly redactions: () => Readonly<Record<string, number>>;
  /** Says what concerns all of them. */
  readonly finish: () => void;
}

/** Where a field was found. */
export type FieldPlace = Pick<Finding, "stream" | "file" | "line"> & { readonly record: string };

/** @param isExplained whether a redaction policy asks for a redaction; undefined: each is taken for one. */
export function createFieldLedger(
  found: (code: FindingCode, finding: FindingParts) => void,
  isExplained?: (key: string, action: string) => boolean,
): FieldLedger {
  const redactions = new Map<string, number>();
  let saltsLeft = 0;
  return {
    add({ key, state, isSaltLeft }, action, place) {
      const where = { ...place, field: key };
      const say = (code: FindingCode, what: string): void =>
        found(code, { message: `record ${place.record}: ${key} ${what}`, ...where });
      if (state === "altered") say("field_altered", "is not the value that was signed");
      else if (state === "unopenable")
        say("field_unopenable", "has no salt: nobody can tell whether it is what was signed");
      else if (state === "unexplained")
        say("field_unexplained", "was redacted in part, or hashed: nobody can tell what it was");
      else {
        redactions.set(key, (redactions.get(key) ?? 0) + 1);
        if (isSaltLeft) saltsLeft++;
        if (isExplained?.(key, action) === false)
          say(
            "field_unexplained",
            "was redacted, and no rule of the redaction policy asks for that",
          );
      }
    },
    redactions: () => Object.fromEntries([...redactions].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    finish() {
      if (saltsLeft === 0) return;
      const message = `${counted(saltsLeft, "redacted field")} still ${saltsLeft === 1 ? "has its salt: take that" : "have their salts: take those"} away too, or short values can be guessed`;
      found("salt_left", { message, count: saltsLeft });
    },
  };
}
