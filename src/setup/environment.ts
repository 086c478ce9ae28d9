import { AuditError } from "../lib/errors.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * One of the values that a variable may have; undefined where it is not set.
 *
 * @throws {AuditError} `invalid_option` naming the variable, its value and what it may be.
 */
export function choice<const T extends string>(
  env: Environment,
  name: string,
  choices: readonly T[],
): T | undefined {
  const value = variable(env, name);
  if (value === undefined) return undefined;
  const found = choices.find((known) => known === value);
  if (found === undefined) {
    throw new AuditError(
      "invalid_option",
      `${name} must be one of ${choices.join(", ")}; it is ${JSON.stringify(value)}`,
    );
  }
  return found;
}

/** A variable; an empty one counts as unset. */
export function variable(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === undefined || value === "" ? undefined : value;
}
