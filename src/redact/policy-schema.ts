/** The shape of `redaction.yaml`. Unknown keys are errors: a typo must not let a secret through. */
import { z } from "zod";
import { NAMED_RULES, OPTIONAL_DETECTORS } from "./rule-names.ts";

/**
 * What becomes of what was found. `mask`: `****` stands there. `hash`: a keyed pseudonym. `drop`:
 * the field goes. `keep`: it stays, and no other rule looks at it.
 */
export type RedactionAction = "mask" | "hash" | "drop" | "keep";

/** What becomes of the identity of actors and callers. */
export type IdentityAction = "clear" | "pseudonym" | "drop";

/** A rule on the names of fields. */
export interface KeyPolicy {
  /** Names, in any case; `*` stands for any characters. */
  readonly names?: readonly string[];
  /** RE2 pattern that matches a whole name, in any case. */
  readonly regex?: string;
  /** Default `mask`. */
  readonly action?: RedactionAction;
}

/** A rule on text, wherever it stands. */
export interface ValuePolicy {
  /** Stands in `audit.redaction.rules` as `value:<name>`. */
  readonly name: string;
  /** RE2 pattern of what is to be found. */
  readonly regex: string;
  /** Default `mask`. */
  readonly action?: RedactionAction;
}

/** What a policy says of all records, or of those of one action. */
export interface RedactionRules {
  /** First match wins, before the built-in rules on names. */
  readonly keys?: readonly KeyPolicy[];
  /** All are applied, before the built-in detectors. */
  readonly values?: readonly ValuePolicy[];
  /** Built-in rules by name, as in `email` or `key:token`. */
  readonly detectors?: Readonly<Record<string, RedactionAction>>;
}

/** A redaction policy as written in `redaction.yaml`. */
export interface RedactionPolicy extends RedactionRules {
  readonly version: 1;
  /** Default `clear`. */
  readonly identity?: IdentityAction;
  /** Rules for the records of single actions; they come before those for all. */
  readonly actions?: Readonly<Record<string, RedactionRules>>;
}

const ACTION_TEXT =
  "mask: **** stands there; hash: a keyed pseudonym; drop: the field goes; keep: it stays";
const action = z.enum(["mask", "hash", "drop", "keep"]).describe(ACTION_TEXT);

const keyPolicy = z
  .strictObject({
    names: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe("names of fields, in any case; * stands for any characters"),
    regex: z.string().min(1).optional().describe("RE2 pattern of a whole name, in any case"),
    action: action.optional(),
  })
  .refine(
    ({ names, regex }) => (names === undefined) !== (regex === undefined),
    "must have either names or regex",
  );

const VALUE_NAME = /^[a-z][a-z0-9_]*$/;
const valuePolicy = z.strictObject({
  name: z
    .string()
    .regex(VALUE_NAME, "must be lower-case words joined by _, as in customer_number")
    .describe("stands in audit.redaction.rules as value:<name>"),
  regex: z.string().min(1).describe("RE2 pattern of what is to be found in text"),
  action: action.optional(),
});

const rules = {
  keys: z
    .array(keyPolicy)
    .optional()
    .describe("rules on names: the first match wins, before the built-in ones"),
  values: z
    .array(valuePolicy)
    .optional()
    .describe("rules on text: all are applied, before the built-in detectors"),
  detectors: z
    .partialRecord(z.enum(NAMED_RULES), action)
    .optional()
    .describe(
      `built-in rules by name; all mask by default, ${OPTIONAL_DETECTORS.join(" and ")} are off`,
    ),
};

/** The schema of a redaction policy, version 1. */
export const redactionSchema: z.ZodType<RedactionPolicy> = z.strictObject({
  version: z.literal(1),
  identity: z
    .enum(["clear", "pseudonym", "drop"])
    .optional()
    .describe("what becomes of actor ids, delegators and addresses; default clear"),
  ...rules,
  actions: z
    .record(z.string(), z.strictObject(rules))
    .optional()
    .describe("rules for the records of single actions; they come before those for all"),
}) as z.ZodType<RedactionPolicy>;
