/** Field types that several categories use; functions, so that nothing is built before it is needed. */
import { z } from "zod";

/** Any text. */
export const text = (): z.ZodString => z.string();
/** A text that says something. */
export const name = (): z.ZodString => z.string().min(1);
/** An id that some count and others name. */
export const id = (): z.ZodUnion<readonly [z.ZodString, z.ZodNumber]> =>
  z.union([z.string(), z.number().int()]);
/** A whole number from 0. */
export const count = (): z.ZodNumber => z.number().int().nonnegative();
/** A number, as a metric is. */
export const number = (): z.ZodNumber => z.number();
/** Yes or no. */
export const flag = (): z.ZodBoolean => z.boolean();
/** A list of texts. */
export const texts = (): z.ZodArray<z.ZodString> => z.array(z.string());
/** A map of anything. */
export const map = (): z.ZodType<Readonly<Record<string, unknown>>> => z.looseObject({});

/** A text, a list of texts, or a map that says more. */
export type TextOrMap = string | readonly string[] | { readonly [key: string]: unknown };
/** See {@link TextOrMap}. */
export const textOrMap = (): z.ZodType<TextOrMap> => z.union([name(), texts(), map()]);

/** Any value that is there. */
export type Something =
  | string
  | number
  | boolean
  | null
  | readonly unknown[]
  | { readonly [key: string]: unknown };
/** See {@link Something}. */
export const something = (): z.ZodType<Something> =>
  z.union([text(), number(), flag(), z.null(), z.array(z.unknown()), map()]);
