import type { InspectedField, Inspection } from "./inspection.ts";

/** What the verdict on a record follows from. */
export interface InspectionFacts extends Pick<Inspection, "copies" | "checkpoint" | "problems"> {
  readonly fields: readonly InspectedField[];
  readonly contradictions: readonly string[];
  /** Lines that are no records. */
  readonly unreadable: number;
}

type Verdict = Pick<Inspection, "verdict" | "exitCode" | "headline">;

/** What is known of a record, in one sentence. */
export function inspectionVerdict(id: string, facts: InspectionFacts): Verdict {
  const { copies, fields, checkpoint, unreadable } = facts;
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
  const untold = fields.filter(({ state }) => state === "unopenable" || state === "unexplained");
  if (untold.length > 0) {
    const keys = untold.map(({ key }) => key).join(", ");
    const headline = `record ${id} is proven but for what cannot be opened: ${keys}`;
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
  problems,
}: InspectionFacts): string | undefined {
  const altered = copies.filter(({ state }) => state === "altered").length;
  if (altered > 0) return `${altered} of ${copies.length} copies are not what was signed`;
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
