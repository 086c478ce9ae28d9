import { AuditError } from "../lib/errors.ts";

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
}

const ACTION_NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Defines an action of your own; pass it to `createAudit({ actions: [...] })`.
 *
 * @throws {AuditError} `invalid_option` when the name has another form than `lower_case_words`.
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
  return {
    name: options.name,
    category: options.category ?? "custom",
    impact: options.impact ?? "normal",
    failure: options.failure ?? "open",
    required: options.required ?? [],
    ...(options.details === undefined ? {} : { details: options.details }),
  };
}
