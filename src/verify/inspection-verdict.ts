import { counted, verbFor } from "../lib/counted.ts";
import { shown } from "../lib/shown.ts";
import type { Inspection } from "./inspection.ts";

/** What the verdict on a record follows from. */
export interface InspectionFacts extends Pick<Inspection, "copies" | "checkpoint"> {
  /** Keys of fields that cannot be shown to be what they were, in any of the copies. */
  readonly untold: readonly string[];
  /** Keys in any of the copies that this version does not know. */
  readonly unknownKeys: readonly string[];
  /** Copies beside those that were looked at. */
  readonly unkept: number;
  /** Checkpoints that cover it beside those that were kept. */
  readonly unkeptCheckpoints: number;
  /** Checkpoints of its stream that cannot stand beside others. */
  readonly contradictions: readonly string[];
  /** Checkpoints of its process with keys that are none of those given. */
  readonly foreign: readonly string[];
  /** Checkpoints of its stream that cannot be relied on. */
  readonly problems: readonly string[];
  /** Why the record cannot stand where it does; undefined: it can. */
  readonly outOfPlace: string | undefined;
  /** What could not be read, and may have been of it. */
  readonly unread: readonly string[];
  /** Lines that are no records. */
  readonly unreadable: number;
}

type Verdict = Pick<Inspection, "verdict" | "exitCode" | "headline">;

/** What is known of a record, in one sentence. */
export function inspectionVerdict(id: string, facts: InspectionFacts): Verdict {
  const { copies, checkpoint, unreadable } = facts;
  if (copies.length === 0) {
    const but = checkpoint === null ? "" : ", although a checkpoint covers it: it is missing";
    const lines =
      unreadable === 0
        ? ""
        : `; ${counted(unreadable, "line")} ${verbFor(unreadable, "is no record")}`;
    const headline = `record ${id} is not there${but}${lines}`;
    return { verdict: "not_found", exitCode: 3, headline };
  }
  const why = whyAltered(facts);
  if (why !== undefined)
    return { verdict: "altered", exitCode: 1, headline: `ALTERED ${id}: ${why}` };
  if (checkpoint === null) {
    const headline = `record ${id} is not covered: no checkpoint says what it was`;
    return { verdict: "not_covered", exitCode: 4, headline };
  }
  const doubt = whyInconclusive(facts);
  if (doubt !== undefined)
    return {
      verdict: "inconclusive",
      exitCode: 4,
      headline: `record ${id} is proven ${doubt}`,
    };
  const key =
    checkpoint.isKeyTrusted === true
      ? "with the key given"
      : "with a key that the log itself names";
  const headline = `record ${id} is proven${howProven(checkpoint)}, ${key}`;
  return { verdict: "proven", exitCode: 0, headline };
}

function whyAltered({
  copies,
  checkpoint,
  contradictions,
  foreign,
  outOfPlace,
  problems,
}: InspectionFacts): string | undefined {
  const altered = copies.filter(({ state }) => state === "altered").length;
  if (altered > 0)
    return `${altered} of ${copies.length} ${copies.length === 1 ? "copy" : "copies"} ${verbFor(altered, "is")} not what was signed`;
  if (outOfPlace !== undefined) return outOfPlace;
  if (contradictions.length > 0) return "checkpoints contradict each other";
  if (checkpoint?.isKeyTrusted === false)
    return "its checkpoint is signed with a key that is none of those given";
  if (foreign.length > 0)
    return "a checkpoint of its stream is signed with a key that is none of those given";
  if (checkpoint === null && problems.length > 0)
    return "a checkpoint of its stream cannot be relied on, and no other covers it";
  return undefined;
}

/** So many keys are named. */
const MAX_NAMED = 5;

function whyInconclusive({
  copies,
  untold,
  unknownKeys,
  unkept,
  unkeptCheckpoints,
  unread,
}: InspectionFacts): string | undefined {
  if (untold.length > 0) return `but for what cannot be opened: ${untold.join(", ")}`;
  if (unknownKeys.length > 0) {
    const named = unknownKeys.slice(0, MAX_NAMED).map(shown).join(", ");
    const more =
      unknownKeys.length > MAX_NAMED ? ` and ${unknownKeys.length - MAX_NAMED} more` : "";
    return `but for keys that this version does not know: ${named}${more}`;
  }
  if (unkept > 0)
    return `by ${copies.length} copies, but ${unkept} more ${verbFor(unkept, "was")} not looked at`;
  if (unkeptCheckpoints > 0)
    return `by one checkpoint of many, but ${unkeptCheckpoints} more ${verbFor(unkeptCheckpoints, "was")} not kept`;
  return unread.length > 0 ? "in what was read, but not everything could be read" : undefined;
}

function howProven({ state, index }: NonNullable<Inspection["checkpoint"]>): string {
  if (index === null) return " by its own note: it is a checkpoint";
  return state === "adopted" ? ", but adopted: not attested by the process that wrote it" : "";
}
