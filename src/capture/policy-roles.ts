import type { Catalogue } from "../event/index.ts";
import { requireAction } from "./policy-conflicts.ts";
import type { LoadedPolicy } from "./policy-file.ts";

/**
 * Makes ready what each role may do. A role may be a list, joined by commas: one that may is enough.
 *
 * @throws {AuditError} `invalid_policy` for an action that the catalogue does not know.
 */
export function compileRoles(
  loaded: LoadedPolicy,
  catalogue: Catalogue,
): (role: string | undefined, action: string) => boolean | undefined {
  const roles = new Map<string, ReadonlySet<string>>();
  for (const [role, actions] of Object.entries(loaded.document.roles ?? {})) {
    actions.forEach((action, at) =>
      requireAction(action, catalogue, loaded.locate(["roles", role, at])),
    );
    roles.set(role, new Set(actions));
  }
  return (role, action) => {
    if (role === undefined || roles.size === 0) return undefined;
    const whole = roles.get(role);
    if (whole !== undefined) return whole.has(action);
    if (!role.includes(",")) return undefined;
    const each = role.split(",").map((name) => roles.get(name.trim()));
    if (each.some((actions) => actions?.has(action) === true)) return true;
    // What an unknown role may do, nobody knows.
    return each.includes(undefined) ? undefined : false;
  };
}
