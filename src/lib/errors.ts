/** Every way otel-audit refuses something. The text names the thing and the value; the code is for programs. */
export type AuditErrorCode =
  /** An event names an action that no catalogue entry defines. */
  | "unknown_action"
  /** An event lacks a mandatory field or has one of the wrong shape. */
  | "invalid_event"
  /** An option or environment variable has a value that cannot be used. */
  | "invalid_option"
  /** A policy file has an error; the text starts with file:line:column. */
  | "invalid_policy"
  /** A policy file may be written by others, so it cannot be trusted. */
  | "untrusted_file"
  /** The audit directory cannot be created or written. */
  | "directory_unusable"
  /** The record could not be written to the journal. */
  | "write_failed"
  /** The record was written but could not be made durable. */
  | "sync_failed"
  /** The action was not carried out: it is `closed`, and what it is about to do could not be made durable. */
  | "not_audited"
  /** The audit log was closed before the call. */
  | "closed"
  /** A file of records cannot be read or is not what its name says. */
  | "unreadable"
  /** A program that a command runs is not there, too old, or failed. */
  | "program_failed";

/** The one error class of otel-audit. */
export class AuditError extends Error {
  override readonly name: string = "AuditError";
  /** Which refusal this is; stable across versions. */
  readonly code: AuditErrorCode;

  constructor(code: AuditErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The message of anything that was thrown. Never throws itself: anything can be thrown. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return "an error without a text";
  }
}

/** The `code` of a Node system error ("ENOSPC"), or undefined. */
export function systemCodeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string"
    ? thrown.code
    : undefined;
}
