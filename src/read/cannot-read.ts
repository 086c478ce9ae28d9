import { AuditError, messageOf } from "../lib/errors.ts";

/** What is thrown where the system does not let a path be read; `cause` is what it says. */
export function cannotRead(path: string, cause: unknown): AuditError {
  return new AuditError("unreadable", `cannot read ${path}: ${messageOf(cause)}`, { cause });
}
