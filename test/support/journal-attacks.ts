/** What somebody does to the sealed journals, and the verdict of it. */
import { type Journal, edited, replace, sealed } from "./edited-journal.ts";
import { keyOfTest } from "./fixed-stream.ts";
import { linesOf, STREAMS } from "./sealed-journal.ts";

const [A, B, C] = STREAMS;
const FIRST = keyOfTest(0);
const SECOND = keyOfTest(1);
const MASK = "****";
const ACTOR = '"actor_id":"ann"';
const SALT = /(audit_actor_id:[^:,"]+):[^,"]+/;

/** Name, journals, verdict. */
export type Attack = readonly [name: string, journal: () => Journal, verdict: string];

/** What is changed in the vectors, and the verdict. */
export const ATTACKS: readonly Attack[] = [
  ["nothing", sealed, "verified"],
  [
    "an edited outcome",
    () => edited(A, 2, replace(/"outcome":"success"/, '"outcome":"failure"')),
    "tampered",
  ],
  [
    "outcome and status",
    () =>
      edited(
        A,
        2,
        replace(
          /"status":"success"(.*)"outcome":"success"/,
          '"status":"failed"$1"outcome":"failure"',
        ),
      ),
    "tampered",
  ],
  [
    "an edited value with its salt",
    () => edited(A, 2, replace(ACTOR, '"actor_id":"eve"')),
    "tampered",
  ],
  [
    "an edited value without its salt",
    () => edited(A, 2, (line) => line.replace(ACTOR, '"actor_id":"eve"').replace(SALT, "$1")),
    "inconclusive",
  ],
  [
    "a value redacted as it must be",
    () => edited(A, 2, (line) => line.replace(`${ACTOR},`, "").replace(SALT, "$1")),
    "verified",
  ],
  [
    "a masked value whose salt stays",
    () => edited(A, 2, replace(ACTOR, `"actor_id":"${MASK}"`)),
    "verified",
  ],
  [
    "a value masked in part",
    () => edited(A, 2, replace(ACTOR, `"actor_id":"a${MASK}"`)),
    "inconclusive",
  ],
  [
    "a hashed value",
    () => edited(A, 2, replace(ACTOR, `"actor_id":"hmac:k1:${"a".repeat(43)}"`)),
    "inconclusive",
  ],
  ["a salt alone taken away", () => edited(A, 2, replace(SALT, "$1")), "inconclusive"],
  [
    "all entries taken away",
    () => edited(A, 2, replace(/,"audit.integrity.fields":"[^"]*"/, "")),
    "tampered",
  ],
  [
    "entries in another order",
    () =>
      edited(
        A,
        2,
        replace(/"audit.integrity.fields":"([^,]*),([^"]*)"/, '"audit.integrity.fields":"$2,$1"'),
      ),
    "verified",
  ],
  [
    "an entry twice",
    () => edited(A, 1, replace("policies_audit,", "policies_audit,policies_audit,")),
    "tampered",
  ],
  ["another salt", () => edited(A, 2, replace(SALT, `$1:${"A".repeat(22)}`)), "tampered"],
  ["a deleted record", () => edited(A, 5, () => []), "incomplete"],
  ["a deleted checkpoint", () => edited(A, 3, () => []), "incomplete"],
  ["a deleted last checkpoint", () => edited(A, 9, () => []), "verified"],
  ["a deleted adoption", () => edited(C, 3, () => []), "incomplete"],
  [
    "two lines swapped",
    () => {
      const [first = "", second = "", ...rest] = linesOf(A);
      return { ...sealed(), [A]: [second, first, ...rest] };
    },
    "verified",
  ],
  [
    "two numbers swapped",
    () => ({
      ...sealed(),
      [A]: linesOf(A).map((line) =>
        line.replace(
          /MnOp\.([28])",(.*)"sequence":\d/,
          (_all: string, number: string, rest: string) =>
            `MnOp.${10 - Number(number)}",${rest}"sequence":${10 - Number(number)}`,
        ),
      ),
    }),
    "tampered",
  ],
  [
    "a record behind the end",
    () =>
      edited(A, 9, (line) => [
        line,
        (linesOf(A)[7] ?? "").replaceAll(/MnOp\.8|"sequence":8/g, (found) =>
          found.replace("8", "10"),
        ),
      ]),
    "tampered",
  ],
  [
    "a record behind the end that died",
    () =>
      edited(B, 3, (line) => [
        line,
        line.replaceAll(/MnOp\.3|"sequence":3/g, (found) => found.replace("3", "4")),
      ]),
    "verified",
  ],
  [
    "a record that leaves a hole",
    () =>
      edited(B, 3, (line) => [
        line,
        line.replaceAll(/MnOp\.3|"sequence":3/g, (found) => found.replace("3", "9007199254740991")),
      ]),
    "incomplete",
  ],
  ["a name twice", () => edited(A, 2, replace(ACTOR, `"actor_id":"eve",${ACTOR}`)), "tampered"],
  [
    "a name twice, deep in the body",
    () => edited(A, 4, replace('"big":', '"big":1,"big":')),
    "tampered",
  ],
  [
    "a number that a double rounds",
    () => edited(A, 4, replace('"duration_ms":1.376', '"duration_ms":1.3760000000000000001')),
    "tampered",
  ],
  [
    "a number written otherwise",
    () => edited(A, 4, replace('"duration_ms":1.376', '"duration_ms":13.760e-1')),
    "verified",
  ],
  [
    "an attribute that has a key of its own",
    () => edited(A, 2, replace('"attributes":{', '"attributes":{"audit.actor.id":"ann",')),
    "tampered",
  ],
  [
    "two attributes with one key",
    () => edited(A, 2, replace('"attributes":{', '"attributes":{"audit_outcome":"success",')),
    "tampered",
  ],
  [
    "an attribute that is not sealed",
    () => edited(A, 2, replace('"attributes":{', '"attributes":{"my.note":"x",')),
    "verified",
  ],
  [
    "a key that nobody knows",
    () => edited(A, 2, replace('"attributes":{', '"more":1,"attributes":{')),
    "inconclusive",
  ],
  [
    "a status that does not follow",
    () => edited(A, 2, replace('"status":"success"', '"status":"failed"')),
    "tampered",
  ],
  [
    "a sequence that does not follow",
    () => edited(A, 2, replace('"sequence":2', '"sequence":3')),
    "tampered",
  ],
  ["null for empty text", () => edited(A, 4, replace('"note":""', '"note":null')), "verified"],
  [
    "a field where there was an empty one",
    () => edited(A, 4, replace('"note":""', '"note":"x"')),
    "tampered",
  ],
  [
    "an attribute list as its JSON",
    () =>
      edited(
        A,
        7,
        replace(
          /"audit.checkpoint.leaves":(\[[^\]]*\])/,
          (_all: string, list: string) => `"audit.checkpoint.leaves":${JSON.stringify(list)}`,
        ),
      ),
    "verified",
  ],
  ["a cut line", () => edited(A, 2, (line) => line.slice(0, 80)), "unreadable"],
  [
    "the rest of a cut line before a record",
    () => edited(A, 2, (line) => `{"timestamp":"2026${line}`),
    "unreadable",
  ],
  ["a line that is no record", () => edited(A, 2, (line) => [line, "[1]"]), "unreadable"],
  ["bytes that are no UTF-8", () => edited(A, 2, (line) => [line, "\u0000"]), "unreadable"],
  ["empty lines", () => edited(A, 2, (line) => ["", line, ""]), "verified"],
  ["an edited note", () => edited(A, 7, replace("results 2", "results 1")), "tampered"],
  [
    "a note that says another key",
    () => edited(A, 7, (line) => line.replace(FIRST.line, SECOND.line)),
    "tampered",
  ],
  [
    "an edited signature",
    () => edited(A, 7, replace(/(otel-audit 7SMLC.)[^A]/, "$1A")),
    "tampered",
  ],
  [
    "a second signature line",
    () => edited(A, 9, replace(/=\\n"/, '=\\n— other AAAAAAAA\\n"')),
    "verified",
  ],
  [
    "something before a signature line",
    () => edited(A, 9, replace("\\n— otel-audit", "\\nx— otel-audit")),
    "tampered",
  ],
  ["an edited leaf of a checkpoint", () => edited(A, 7, replace("TzIHvG", "UzIHvG")), "tampered"],
  [
    "an edited subtree",
    () =>
      edited(
        A,
        9,
        replace('"audit.checkpoint.subtrees":["Eu3', '"audit.checkpoint.subtrees":["Fu3'),
      ),
    "tampered",
  ],
  ["a leaf too few", () => edited(A, 7, replace(/"PTBh[^"]*",/, "")), "tampered"],
];
