/** Why the experiment refuses something. */
export type ExperimentErrorKind = "not-found" | "invalid" | "already-exists";

/** A refusal of the experiment; its message is meant for the caller. */
export class ExperimentError extends Error {
  readonly kind: ExperimentErrorKind;

  constructor(kind: ExperimentErrorKind, message: string) {
    super(message);
    this.name = "ExperimentError";
    this.kind = kind;
  }
}
