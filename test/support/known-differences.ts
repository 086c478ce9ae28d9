/** What verifiers do not see yet, or do not see alike: each case fails until they do. */
import { edited, replace } from "./edited-journal.ts";
import type { Attack } from "./journal-attacks.ts";
import type { History } from "./key-histories.ts";
import { linesOf, STREAMS } from "./sealed-journal.ts";

const [A, B, C] = STREAMS;

/** Where this verifier does not do what the document says: each fails until it does. */
export const DIFFERENCES: readonly Attack[] = [
  // Rule 14: a checkpoint that breaks a rule proves nothing, its own record neither.
  [
    "a later format",
    () => edited(A, 9, replace("audit-checkpoint/1", "audit-checkpoint/2")),
    "inconclusive",
  ],
  [
    "a note in another stream",
    () =>
      edited(B, 3, (line) => [
        line,
        (linesOf(A)[6] ?? "")
          .replaceAll(A, B)
          .replaceAll(/MnOp\.7|"sequence":7/g, (found) => found.replace("7", "4"))
          .replace(`otel-audit/${B}`, `otel-audit/${A}`),
      ]),
    "tampered",
  ],
  [
    "an adoption in another stream",
    () =>
      edited(B, 3, (line) => [
        line,
        (linesOf(C)[2] ?? "").replace(
          `"record_id":"${C}.3","stream":"${C}","sequence":3`,
          `"record_id":"${B}.4","stream":"${B}","sequence":4`,
        ),
      ]),
    "tampered",
  ],
  // Rule 16: a journal was read, and not only views.
  [
    "the only record of a stream deleted that is no checkpoint",
    () => edited(C, 1, () => []),
    "incomplete",
  ],
];

const FORGED = '"action_type":"hp_change","status":"success","details":{"after":{"role":"admin"}}';
const CHECKPOINT = '"action_type":"checkpoint","status":"success","details":{}';

/** What the rules let through. */
export const HOLES: readonly Attack[] = [
  // Rule 14: of a checkpoint that none covers, the note is signed, and nothing else of its record.
  [
    "an action and a body in the last checkpoint",
    () => edited(A, 9, replace(CHECKPOINT, FORGED)),
    "tampered",
  ],
  [
    "an actor in the last checkpoint",
    () => edited(A, 9, replace('"service"', '"actor_id":"bob","service"')),
    "tampered",
  ],
  // Nor does a note say of which record it is: it proves as many as somebody writes.
  [
    "one note in several records",
    () =>
      edited(B, 2, (line) => [
        line,
        line
          .replaceAll(/MnOp\.2|"sequence":2/g, (found) => found.replace("2", "4"))
          .replace(CHECKPOINT, FORGED),
      ]),
    "tampered",
  ],
];

/** Rule 14: a checkpoint that breaks a rule proves nothing, its own record neither. Each fails until it is so. */
export const UNSOUND: readonly History[] = [
  [
    "another root",
    ({ a }) => {
      a.checkpoint("open");
      a.checkpoint("run", { root: new Uint8Array(32) });
    },
    "tampered",
  ],
  [
    "a size that covers the note itself",
    ({ a }) => {
      a.checkpoint("open", { size: 2 });
    },
    "tampered",
  ],
  [
    "leaves of a later version",
    ({ a }) => {
      a.checkpoint("open", { leaf: "audit-leaf/2" });
    },
    "inconclusive",
  ],
  [
    "a stream adopted with another adopter's name",
    ({ a, b }) => {
      b.checkpoint("open");
      b.adopt(a, { adopter: C });
    },
    "tampered",
  ],
  [
    "a stream that adopts itself",
    ({ a }) => {
      a.checkpoint("open");
      a.adopt(a);
    },
    "tampered",
  ],
];
