/**
 * How built-in actions are written down: an interface with the details of each action of a
 * category, and one `define` a name, whose fields the compiler compares with that interface.
 *
 * Schemas are built when their action is first recorded: most services use a few of them.
 */
import type { z } from "zod";
import { zod } from "../../lib/late-packages.ts";
import {
  type Action,
  completeAction,
  type DetailsSchema,
  type DetailsValidation,
  type Impact,
  type RequirableField,
} from "../action.ts";
import type { AnyMap } from "../event.ts";
import { normaliseValue } from "../normalise.ts";

/** Details of every built-in action: any field, and links to the run of an experiment tracker. */
export interface Details extends AnyMap {
  /** Id of the MLflow run that this belongs to. */
  readonly "mlflow.run_id"?: string;
  /** Id of the Weights & Biases run that this belongs to. */
  readonly "wandb.run_id"?: string;
}

/** The fields that an interface names, without those of {@link Details} and the open rest. */
type OwnFields<D> = Exclude<
  keyof { [Key in keyof D as string extends Key ? never : Key]: D[Key] },
  keyof { [Key in keyof Details as string extends Key ? never : Key]: Details[Key] }
>;

/** A zod type for every own field; an optional field needs `.optional()`, any other must not have it. */
type Fields<D> = {
  readonly [Key in OwnFields<D> & keyof D]-?: undefined extends D[Key]
    ? z.ZodOptional<z.ZodType<Exclude<D[Key], undefined>>>
    : z.ZodType<D[Key]>;
};

/** What a built-in action says of itself. */
export interface BuiltInOptions<D> {
  /** Default `normal`. */
  readonly impact?: Impact;
  /** `closed`: no audit, no action. Default `open`. */
  readonly failure?: "closed";
  /** Default: `details` where a field of them is mandatory, else none. */
  readonly required?: readonly RequirableField[];
  /** Default: the whole body and the personal attributes. */
  readonly redactable?: readonly string[];
  /** As in `defineAction`. */
  readonly sentence: string;
  /** The fields of the details. */
  readonly fields?: () => Fields<D>;
}

/** A function that defines the actions of one category. */
export type DefineBuiltIn<All> = <Name extends keyof All & string>(
  name: Name,
  options: BuiltInOptions<All[Name]>,
) => Action<Name, All[Name]>;

/** Gives the `define` of a category. */
export function actionsOf<All>(category: string): DefineBuiltIn<All> {
  return (name, { fields, ...options }) =>
    // Their names and sentences are checked by the tests, not at every start.
    completeAction({
      name,
      category,
      ...options,
      details: lazySchema(fields ?? ((): z.ZodRawShape => ({}))),
    });
}

function lazySchema<D>(fields: () => z.ZodRawShape): DetailsSchema<D> {
  let built: z.ZodObject | undefined;
  const schema = (): z.ZodObject =>
    (built ??= zod().looseObject({
      ...fields(),
      "mlflow.run_id": zod().string().optional(),
      "wandb.run_id": zod().string().optional(),
    }));
  return {
    "~standard": {
      version: 1,
      vendor: "otel-audit",
      validate: (value) => validate(schema(), value),
      jsonSchema: { input: (options) => zod().toJSONSchema(schema(), options) },
    },
  };
}

/** As given, or else as it would be recorded: a 64-bit integer of a message is a number then, a date a text. */
function validate(schema: z.ZodObject, value: unknown): DetailsValidation {
  const given = schema.safeParse(value);
  if (given.success) return { value: given.data };
  const plain = normaliseValue(value);
  const recorded = schema.safeParse(plain);
  if (recorded.success) return { value: recorded.data };
  return {
    issues: recorded.error.issues.map(({ path, message }) => ({
      path,
      message: isMissing(plain, path) ? "is missing" : message,
    })),
  };
}

function isMissing(value: unknown, path: readonly PropertyKey[]): boolean {
  let at: unknown = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return true;
    at = Reflect.get(at, key);
  }
  return false;
}
