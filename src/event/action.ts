import { AuditError } from "../lib/errors.ts";
import { DEFAULT_REDACTABLE } from "./redactable.ts";
import { parseSentence } from "./sentence-template.ts";

/** How much attention an action deserves. */
export type Impact = "high" | "normal" | "low";

/** `open`: the service goes on when auditing fails. `closed`: no audit, no action. */
export type FailurePolicy = "open" | "closed";

/** The parts of an event that an action may make mandatory. */
export type RequirableField = "target" | "before" | "after" | "reason" | "details";

/**
 * The part of the Standard Schema interface (standardschema.dev, version 1) that is used: any
 * validation library that implements it can describe details.
 */
export interface DetailsSchema<Details> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => DetailsValidation | Promise<DetailsValidation>;
    readonly types?: { readonly input: Details; readonly output: unknown } | undefined;
    /** Standard JSON Schema: what the library says of itself in JSON Schema. Absent: cannot be said. */
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: "draft-2020-12" }) => Record<string, unknown>;
    };
  };
}

/** What a {@link DetailsSchema} says of a value. */
export type DetailsValidation =
  | { readonly value: unknown; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

/** A typed action: what may be recorded, and what such a record must say. */
export interface Action<Name extends string = string, Details = unknown> {
  /** Lower-case words joined by `_`, as in `hp_change`. Becomes the OTel event name `audit.<name>`. */
  readonly name: Name;
  /** What kind of thing is acted on, as in `training` or `access`. */
  readonly category: string;
  readonly impact: Impact;
  readonly failure: FailurePolicy;
  /** Parts of the event without which `record()` refuses it. */
  readonly required: readonly RequirableField[];
  /** What `details` must look like; unknown detail fields are kept. Absent: any map. */
  readonly details?: DetailsSchema<Details>;
  /** Counted up when the meaning of the details changes; from 1. */
  readonly version: number;
  /**
   * What may be redacted later without breaking the proof of a record: names of attributes
   * (`audit.actor.*` for all that start so), names of body leaves (`note`, `before.rate`: the value
   * and all below it), `*` for the whole body.
   */
  readonly redactable: readonly string[];
  /** How a record of it reads: see {@link ActionOptions.sentence}. */
  readonly sentence?: string;
}

/** What {@link defineAction} takes. */
export interface ActionOptions<Name extends string, Details> {
  /** Lower-case letters, digits and `_`, starting with a letter. */
  readonly name: Name;
  /** Default `custom`. */
  readonly category?: string;
  /** Default `normal`. */
  readonly impact?: Impact;
  /** Default `open`. */
  readonly failure?: FailurePolicy;
  /** Default none. */
  readonly required?: readonly RequirableField[];
  /** A Standard Schema (zod, valibot, arktype …) for `details`. Default: any map. */
  readonly details?: DetailsSchema<Details>;
  /** Counted up when the meaning of the details changes. Default 1. */
  readonly version?: number;
  /**
   * Names of attributes and body leaves that may be redacted later, `*` for the whole body. Default:
   * the whole body; the actor's id and role, the one on whose behalf it was, and why a credential did not
   * count; the target's id, the reason, and who authorised it; the error text, the address and the source.
   */
  readonly redactable?: readonly string[];
  /**
   * What the actor did, as in `"{deployed|deploy} {target}[ to {region}][ with {changes}]"`. The
   * actor before it, the reason, the outcome and the error after it are added.
   *
   * `{past|infinitive}` is the verb. `{name}` is a detail (`{a.b}` one inside of a map), `{a ?? b}`
   * the first that is there, `{ids:sample}` a counted list ("3 samples: a, b and c"), `{flag:on/off}`
   * a boolean. `{target}`, `{target.id}`, `{target.type}`, `{changes}`, `{method}` and `{snapshot}`
   * are of the record; `{details.target}` is a detail of that name. What stands in `[ ]` is left out
   * when a value in it is missing.
   */
  readonly sentence?: string;
}

const ACTION_NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Defines an action of your own; pass it to `createAudit({ actions: [...] })`.
 *
 * A name that is built in replaces the built-in action; one that is built in as `closed` must say
 * `failure: "closed"` again.
 *
 * @throws {AuditError} `invalid_option` when the name has another form than `lower_case_words`, the
 * version is no whole number from 1, or the sentence cannot be read.
 */
export function defineAction<
  const Name extends string,
  Details = Readonly<Record<string, unknown>>,
>(options: ActionOptions<Name, Details>): Action<Name, Details> {
  if (!ACTION_NAME.test(options.name)) {
    throw new AuditError(
      "invalid_option",
      `action name ${JSON.stringify(options.name)} must be lower-case words joined by "_", as in "model_deploy"`,
    );
  }
  const { name, version = 1, sentence } = options;
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new AuditError(
      "invalid_option",
      `action ${name}: version ${JSON.stringify(version)} must be a whole number from 1`,
    );
  }
  const problem = sentence === undefined ? undefined : parseSentence(sentence).problem;
  if (problem !== undefined) {
    throw new AuditError("invalid_option", `action ${name}: sentence ${problem}`);
  }
  return completeAction(options);
}

/** The same for options that are known to be right: nothing is checked, so that it costs a start nothing. */
export function completeAction<const Name extends string, Details>(
  options: ActionOptions<Name, Details>,
): Action<Name, Details> {
  const { name, version = 1, sentence } = options;
  return {
    name,
    category: options.category ?? "custom",
    impact: options.impact ?? "normal",
    failure: options.failure ?? "open",
    required: options.required ?? [],
    version,
    redactable: options.redactable ?? DEFAULT_REDACTABLE,
    ...(options.details === undefined ? {} : { details: options.details }),
    ...(sentence === undefined ? {} : { sentence }),
  };
}
