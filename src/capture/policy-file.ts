import {
  documentOfObject,
  documentOfText,
  type DocumentKind,
  loadDocument,
  type LoadedDocument,
  readDocument,
} from "../lib/checked-document.ts";
import type { PolicyDocument } from "./policy-document.ts";
import { policySchema } from "./policy-schema.ts";

/** A policy that has the right shape, and the way to say where something in it stands. */
export type LoadedPolicy = LoadedDocument<PolicyDocument>;

const AUDIT_POLICY: DocumentKind<PolicyDocument> = { noun: "audit policy", schema: policySchema };

/**
 * Reads an audit policy from a file.
 *
 * @throws {AuditError} `unreadable`, `untrusted_file` for a file that others may write or own, and
 * `invalid_policy` with file, line and column.
 */
export function loadPolicyFile(path: string, report: (line: string) => void): LoadedPolicy {
  return loadDocument(AUDIT_POLICY, path, report);
}

/**
 * Reads an audit policy from a file whoever may write it: to check it, never to follow it.
 *
 * @throws {AuditError} `unreadable` and `invalid_policy`.
 */
export function readPolicyFile(path: string): LoadedPolicy {
  return readDocument(AUDIT_POLICY, path);
}

/**
 * Reads an audit policy from text.
 *
 * @param name what errors call it; of a path, the directory is what file names in it are relative to.
 * @throws {AuditError} `invalid_policy` with `name`, line and column.
 */
export function parsePolicy(text: string, name: string): LoadedPolicy {
  return documentOfText(AUDIT_POLICY, text, name);
}

/**
 * The same for a policy that the program made. File names in it are relative to the working directory.
 *
 * @throws {AuditError} `invalid_policy` naming the place in the object.
 */
export function policyOfObject(value: unknown): LoadedPolicy {
  return documentOfObject(AUDIT_POLICY, value, "policy");
}
