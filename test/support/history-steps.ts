/** What a history of three streams is made of: what their processes write and sign, and what somebody does to it. */

/** A stream, from 0; the third signs with a key of its own. */
export type Place = 0 | 1 | 2;

/** What a checkpoint says that is not so; `by` is added to what is true. */
export type Lie =
  | { readonly word: "none" }
  | { readonly word: "begin" | "number" | "results" | "size"; readonly by: number }
  | { readonly word: "previous"; readonly value: string }
  | { readonly word: "state" | "adopter" | "text"; readonly value: string }
  | { readonly word: "root" | "time" | "key" }
  | {
      readonly word: "opening";
      readonly custody: "file" | "memory";
      readonly service: string;
      /** Earlier and later key, and the key that signed it. */
      readonly rotations: readonly (readonly [number, number, number])[];
    };

/** What stands before the leaves that a checkpoint counts. */
export type Carry = "true" | "fewer" | "none" | "all" | "others";

/** What a process does. */
export type Step =
  | {
      readonly kind: "add";
      readonly stream: Place;
      readonly what: "result" | "intent" | "gap" | "redactable";
      readonly count: number;
    }
  | {
      readonly kind: "purge";
      readonly stream: Place;
      readonly of: Place;
      readonly first: number;
      readonly count: number;
      readonly redactable: boolean;
    }
  /** Says that a segment was cut, or changed otherwise. */
  | {
      readonly kind: "cut";
      readonly stream: Place;
      readonly of: Place;
      readonly change: "truncated" | "renamed";
      /** Keys of it that get a commitment. */
      readonly redactable: readonly string[];
    }
  | {
      readonly kind: "checkpoint";
      readonly stream: Place;
      readonly state: "open" | "run" | "idle" | "close" | "next";
      readonly carry: Carry;
      readonly lie: Lie;
    }
  | {
      readonly kind: "adopt";
      readonly stream: Place;
      readonly of: Place;
      /** So many of its last records are not there yet. */
      readonly leave: number;
      /** So many leaves that a checkpoint has already are in it again, counted or only carried. */
      readonly again: number;
      readonly counted: boolean;
      /** Its process knows nothing of it, and goes on. */
      readonly unseen: boolean;
      readonly lie: Lie;
    }
  /** Its process goes on behind an earlier checkpoint, as one that was restored. */
  | {
      readonly kind: "rewind";
      readonly stream: Place;
      readonly by: number;
      /** `leave`: with what stands behind it; `forget`: without; `rewrite`: without, and both are read. */
      readonly how: "leave" | "forget" | "rewrite";
    };

/** What somebody does to a line. */
export const EDITS = [
  "delete",
  "delete-many",
  "delete-checkpoint",
  "twice",
  "twice-changed",
  "twice-many",
  "change",
  "mask",
  "unsalt",
  "claim",
  "status",
  "kind",
  "renumber",
  "copy-renumbered",
  "cut",
  "before",
  "note",
  "forge",
  "copy-forged",
] as const;
/** One of them: of the stream, at a line (counted around), with a number for those that need one. */
export interface Edit {
  readonly how: (typeof EDITS)[number];
  readonly stream: Place;
  readonly at: number;
  readonly by: number;
}

/** The files that are verified. */
export const FORMS = ["journal", "views", "csv", "lines", "otlp", "mixed", "beside"] as const;

/** What is verified, and with what. */
export interface History {
  readonly steps: readonly Step[];
  readonly edits: readonly Edit[];
  readonly form: (typeof FORMS)[number];
  /** Lines of a segment; 0: all. */
  readonly segmentLines: number;
  /** Which keys are trusted. */
  readonly trusted: readonly number[];
  /** Trees that were seen: the stream's after one of its checkpoints, and whether the root is another. */
  readonly anchors: readonly {
    readonly stream: Place;
    readonly at: number;
    readonly more: number;
    readonly isOther: boolean;
  }[];
}
