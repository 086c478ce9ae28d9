import { compilePolicy, policyOfObject, readPolicyFile } from "../../capture/index.ts";
import { createCatalogue, defineAction } from "../../event/index.ts";
import type { Lines } from "../lines.ts";

/**
 * What the roles of an audit policy may do. Nothing else of it is looked at, so that actions of a
 * service's own need no definition here.
 *
 * @throws {AuditError} `unreadable` and `invalid_policy`.
 */
export function permittedBy(
  path: string,
  warn: Lines["warn"],
): (role: string | undefined, action: string) => boolean | undefined {
  const { roles = {} } = readPolicyFile(path).document;
  if (Object.keys(roles).length === 0)
    warn(`${path} says nothing of roles: only what the records say themselves is shown`);
  const builtIn = createCatalogue();
  const names = new Set(Object.values(roles).flat());
  const own = [...names].filter((name) => builtIn.find(name) === undefined);
  const catalogue = createCatalogue(own.map((name) => defineAction({ name })));
  return compilePolicy(policyOfObject({ version: 1, roles }), catalogue).isPermitted;
}
