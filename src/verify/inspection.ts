import type { FieldState } from "./examine.ts";

/** What `otel-audit inspect -o json` prints: how one record is proven. */
export interface Inspection {
  /** Version of this shape. */
  readonly version: 1;
  readonly record: string;
  readonly stream: string;
  readonly sequence: number;
  readonly verdict: "proven" | "altered" | "inconclusive" | "not_covered" | "not_found";
  /** 0 proven, 1 altered, 3 not found, 4 not covered or inconclusive. */
  readonly exitCode: 0 | 1 | 3 | 4;
  /** The verdict in one sentence. */
  readonly headline: string;
  /** At most 100; where there are more, it is not called proven. Of the checkpoints that cover it neither. */
  readonly copies: readonly InspectedCopy[];
  /** Place in `copies` of the one that `fields` and `leaf` are of: the first that is proven, else the first. */
  readonly shown: number | null;
  readonly fields: readonly InspectedField[];
  readonly leaf: InspectedLeaf | null;
  readonly checkpoint: InspectedCheckpoint | null;
  /**
   * Checkpoints of the stream that cannot be relied on, that contradict others, or whose key is none of those given,
   * and what could not be read; at most 100 of each.
   */
  readonly problems: readonly string[];
}

/** A SHA-256. */
export interface Digest {
  /** As `sha256sum` prints it. */
  readonly hex: string;
  /** As in notes. */
  readonly base64: string;
  /** As in attributes. */
  readonly base64url: string;
}

/** A record as it stands at one place. */
export interface InspectedCopy {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** `unproven`: nothing is there to compare it with. */
  readonly state: "proven" | "altered" | "unproven";
  readonly leaf: Digest;
  /** What its text says twice or in contradiction, or of its process otherwise than what was signed. */
  readonly doubts: readonly string[];
  /** Keys of fields that are not those of the proven copy, or not what their commitments say. */
  readonly differing: readonly string[];
}

/** A field that is sealed. */
export interface InspectedField {
  readonly key: string;
  /** Null: it is not there any more. */
  readonly value: string | null;
  /** `clear`: it stands in the leaf itself. `opened`: it is what its commitment says. */
  readonly state: "clear" | "opened" | FieldState;
  readonly salt: string | null;
  readonly commitment: Digest | null;
}

/** What is hashed for the record. */
export interface InspectedLeaf {
  /** Its first character is U+0000. */
  readonly text: string;
  readonly digest: Digest;
  /** What is signed in its place; null: nothing. */
  readonly signed: Digest | null;
}

/** The checkpoint that proves the record. */
export interface InspectedCheckpoint {
  readonly record: string;
  readonly file: string;
  readonly line: number;
  readonly number: number;
  readonly state: string;
  readonly time: string;
  readonly size: number;
  readonly root: Digest;
  /** Leaf of the record, counted from 0; null: the record is this checkpoint itself. */
  readonly index: number | null;
  /** From the leaf to the root. */
  readonly path: readonly InspectedStep[];
  readonly note: string;
  readonly key: string;
  readonly keyId: string;
  readonly isSignatureRight: true;
  /** Whether the key is pinned, or vouched for by one that is; null: none was given. */
  readonly isKeyTrusted: boolean | null;
}

/** A step of the audit path (RFC 6962, section 2.1.1). */
export interface InspectedStep {
  readonly side: "left" | "right";
  readonly sibling: Digest;
  /** SHA-256 of 0x01, the left and the right one. */
  readonly joined: Digest;
}
