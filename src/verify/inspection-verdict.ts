import type { Inspection } from "./inspection.ts";

/** What the verdict on a record follows from. */
export interface InspectionFacts extends Pick<Inspection, "copies" | "checkpoint" | "problems"> {
  /** Keys of fields that cannot be shown to be what they were, in any of the copies. */
  readonly untold: readonly string[];
  /** Copies beside those that were looked at. */
  readonly unkept: number;
  readonly contradictions: readonly string[];
  /** Why the record cannot stand where it does; undefined: it can. */
  readonly outOfPlace: string | undefined;
  /** Lines that are no records. */
  readonly unreadable: number;
}

type Verdict = Pick<Inspection, "verdict" | "exitCode" | "headline">;

/** What is known of a record, in one sentence. */
export function inspectionVerdict(id: string, facts: InspectionFacts): Verdict {
  const { copies, untold, unkept, checkpoint, unreadable } = facts;
  if (copies.length === 0) {
    const but = checkpoint === null ? "" : ", although a checkpoint covers it: it is missing";
    const lines = unreadable === 0 ? "" : `; ${unreadable} lines are no records`;
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
  if (untold.length > 0) {
    const headline = `record ${id} is proven but for what cannot be opened: ${untold.join(", ")}`;
    return { verdict: "inconclusive", exitCode: 4, headline };
  }
  if (unkept > 0) {
    const were = unkept === 1 ? "was" : "were";
    const headline = `record ${id} is proven by ${copies.length} copies, but ${unkept} more ${were} not looked at`;
    return { verdict: "inconclusive", exitCode: 4, headline };
  }
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
  outOfPlace,
  problems,
}: InspectionFacts): string | undefined {
  const altered = copies.filter(({ state }) => state === "altered").length;
  if (altered > 0) return `${altered} of ${copies.length} copies are not what was signed`;
  if (outOfPlace !== undefined) return outOfPlace;
  if (contradictions.length > 0) return "checkpoints contradict each other";
  if (checkpoint?.isKeyTrusted === false)
    return "its checkpoint is signed with a key that is none of those given";
  if (checkpoint === null && problems.length > 0)
    return "a checkpoint of its stream cannot be relied on, and no other covers it";
  return undefined;
}

function howProven({ state, index }: NonNullable<Inspection["checkpoint"]>): string {
  if (index === null) return " by its own note: it is a checkpoint";
  return state === "adopted" ? ", but adopted: not attested by the process that wrote it" : "";
}
