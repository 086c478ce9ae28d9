/** Field types that several categories use; functions, so that nothing is built before it is needed. */
import type { z as Zod } from "zod";
import { zod } from "../../lib/late-packages.ts";

/** Any text. */
export const text = (): Zod.ZodString => zod().string();
/** A text that says something. */
export const name = (): Zod.ZodString => zod().string().min(1);
/** An id that some count and others name. */
export const id = (): Zod.ZodUnion<readonly [Zod.ZodString, Zod.ZodNumber]> =>
  zod().union([zod().string(), zod().number().int()]);
/** A whole number from 0. */
export const count = (): Zod.ZodNumber => zod().number().int().nonnegative();
/** A number, as a metric is. */
export const number = (): Zod.ZodNumber => zod().number();
/** Yes or no. */
export const flag = (): Zod.ZodBoolean => zod().boolean();
/** A list of texts. */
export const texts = (): Zod.ZodArray<Zod.ZodString> => zod().array(zod().string());
/** A map of anything. */
export const map = (): Zod.ZodType<Readonly<Record<string, unknown>>> => zod().looseObject({});

/** A text, a list of texts, or a map that says more. */
export type TextOrMap = string | readonly string[] | { readonly [key: string]: unknown };
/** See {@link TextOrMap}. */
export const textOrMap = (): Zod.ZodType<TextOrMap> => zod().union([name(), texts(), map()]);

/** Any value that is there. */
export type Something =
  | string
  | number
  | boolean
  | null
  | readonly unknown[]
  | { readonly [key: string]: unknown };
/** See {@link Something}. */
export const something = (): Zod.ZodType<Something> =>
  zod().union([text(), number(), flag(), zod().null(), zod().array(zod().unknown()), map()]);
