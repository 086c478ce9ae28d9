import type { AnyEvent } from "../event/index.ts";
import { messageOf } from "../lib/errors.ts";
import type { CallFields } from "./current-call.ts";

/** How code that carried out an action came to its end. */
export type Ended =
  | { readonly isThrown: false }
  | { readonly isThrown: true; readonly error: unknown };

/** What a record says of an end. */
export type Ending = Pick<AnyEvent, "outcome" | "error">;

/** gRPC status codes (grpc.io/docs/guides/status-codes) and other `code`s by which errors say "not allowed". */
const DENIED_CODES: ReadonlySet<unknown> = new Set([
  7,
  16,
  "PERMISSION_DENIED",
  "UNAUTHENTICATED",
  "denied",
]);

/** Outcome and error text: the code knows best what became of the action, but an error is no success. */
export function endingOf({ outcome, error }: CallFields, ended: Ended): Ending {
  if (!ended.isThrown) {
    const said = outcome ?? (error === undefined ? "success" : "failure");
    return { outcome: said, ...(error === undefined ? {} : { error }) };
  }
  const seen = isDenial(ended.error) ? "denied" : "failure";
  return {
    outcome: outcome === undefined || outcome === "success" ? seen : outcome,
    error: error ?? textOf(ended.error),
  };
}

/** Whether an error says that the actor may not do this. Anything can be thrown, also what throws when it is read. */
function isDenial(thrown: unknown): boolean {
  try {
    return (
      typeof thrown === "object" &&
      thrown !== null &&
      "code" in thrown &&
      DENIED_CODES.has(thrown.code)
    );
  } catch {
    return false;
  }
}

function textOf(thrown: unknown): string | Error {
  return thrown instanceof Error ? thrown : messageOf(thrown);
}
