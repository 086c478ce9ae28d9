/** Which names of details and attributes, and types of targets, say that something is somebody, or a place. */
import { ADDRESS, nounOf, PERSON, SESSION } from "../nouns.ts";

/** What a key says of its value. */
export interface NamingKey {
  /** What stands for such a one. */
  readonly noun: string;
  /** It is of many: the keys of a map under it are names, and a number is a count. */
  readonly isPlural: boolean;
}

const PEOPLE =
  "account actor adjudicator admin administrator annotator applicant approver assignee assigner auditor author borrower caller committer contact contributor coordinator creator customer delegate delegator developer editor email employee engineer enduser expert grantee grantor initiator invitee labeler labeller login mail maintainer manager member moderator operator owner participant patient people person principal rater recipient reporter requester requestor reviewer sender signer staff student submitter supervisor teacher tester uploader user verifier writer";
const PLACES = "addr address host hostname ip machine workstation";
const SESSIONS = "session cookie";

const NOUNS: ReadonlyMap<string, string> = new Map([
  ...PEOPLE.split(" ").map((word) => [word, PERSON] as const),
  ...PLACES.split(" ").map((word) => [word, ADDRESS] as const),
  ...SESSIONS.split(" ").map((word) => [word, SESSION] as const),
  ["service", nounOf("service")],
  ["agent", nounOf("agent")],
]);
/** Words behind the one that says who it is, as in `user_id`. */
const OF_ONE: ReadonlySet<string> = new Set(
  "id ids uid uids uuid name names email emails mail login handle key token".split(" "),
);
/** Kinds of names of people: `name` alone is of anything. */
const OF_A_NAME: ReadonlySet<string> = new Set(
  "first last full family given middle display nick real maiden".split(" "),
);
/** What is `by` something, and not by somebody. */
const BY_NOBODY: ReadonlySet<string> = new Set(
  "divided followed group grouped increased decreased limited multiplied order ordered partition partitioned ranked reduced scaled shift shifted sort sorted split".split(
    " ",
  ),
);
/** What is `to` somebody. */
const TO_SOMEBODY: ReadonlySet<string> = new Set(
  "assigned delegated escalated forwarded given granted reassigned reported sent".split(" "),
);
/** Each of its words is in another place of it as well: `OwnerID`, `owner-id`, `owner.id`. */
const BREAK = /[^\p{L}\p{N}]+|(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
const MAX_KNOWN = 10_000;

const known = new Map<string, NamingKey | undefined>();

/** Undefined: it names nobody, as far as its words say. */
export function namingKeyOf(key: string): NamingKey | undefined {
  if (known.has(key)) return known.get(key);
  const found = lookUp(key);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, found);
  return found;
}

function lookUp(key: string): NamingKey | undefined {
  const words = key
    .split(BREAK)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
  const isOfNames = /^names?$/.test(words.at(-1) ?? "") && OF_A_NAME.has(words.at(-2) ?? "");
  if (isOfNames) return { noun: PERSON, isPlural: false };
  let isPlural = false;
  // `email` says who it is on its own; behind another word it is of that one.
  while (words.length > 1 && OF_ONE.has(words.at(-1) ?? "")) {
    isPlural ||= words.at(-1)?.endsWith("s") === true;
    words.pop();
  }
  const last = words.at(-1) ?? "";
  const before = words.at(-2) ?? "";
  const isBy = last === "by" && before !== "" && !BY_NOBODY.has(before);
  const isTo = (last === "to" || last === "with") && TO_SOMEBODY.has(before);
  const isFor = last === "of" && before === "behalf";
  if (isBy || isTo || isFor) return { noun: PERSON, isPlural };
  const one = singularOf(last);
  const noun = NOUNS.get(last) ?? NOUNS.get(one);
  if (noun === undefined) return undefined;
  return { noun, isPlural: isPlural || !NOUNS.has(last) || last === "people" || last === "staff" };
}

function singularOf(word: string): string {
  return /(?:ss|x|ch)es$/.test(word) ? word.slice(0, -2) : word.replace(/s$/, "");
}
