import { counted, verbFor } from "../../lib/counted.ts";
import type { Block, Section } from "./document.ts";
import type { ReportFrame, ReportMaterial, RoleAnomaly } from "./material.ts";

const READING =
  "Counted by role and action, apart from people: the question is what the roles allow, and what is asked of those who have them.";

/** What roles did that they may not do, without a name; and of how much nobody can say so. */
export function roleSection(frame: ReportFrame, material: ReportMaterial): Section {
  const { anomalies, judged } = material.roles;
  const source = sourceText(frame, material.roles);
  const blocks: readonly Block[] =
    anomalies.length > 0
      ? anomalyBlocks(material, source)
      : [text(judged === 0 ? source : `${nothingFound(material.roles)} ${source}`)];
  return { id: "roles", heading: "Roles", blocks };
}

function text(words: string): Block {
  return { kind: "text", text: words };
}

function nothingFound({ judged, withRole }: ReportMaterial["roles"]): string {
  const roles = judged < withRole ? "role that was judged" : "role";
  return `No ${roles} did what the policy does not let it do.`;
}

/** Who judged, and how many of the records: what nobody judged is not cleared. */
function sourceText(
  { hasPolicy }: ReportFrame,
  { withRole, selfJudged, judged }: ReportMaterial["roles"],
): string {
  const records = `${counted(withRole, "record")} with a role`;
  const way = "--policy FILE holds them against the roles of an audit policy";
  if (withRole === 0) return "Not judged: no record names a role.";
  if (judged === 0) {
    const none = `Not judged: none of ${records} says whether that role may do this`;
    return `${none}${hasPolicy ? ", and the policy that was given knows none of their roles" : `; ${way}`}.`;
  }
  const rest = withRole - judged;
  if (hasPolicy) {
    const said =
      "Held against what the records say of themselves, and against the roles of the policy that was given";
    const left = `${rest} of ${records} ${verbFor(rest, "is")} not judged: neither says anything of those`;
    return rest === 0 ? `${said}.` : `${said}; ${left}.`;
  }
  if (rest === 0) return "As the records say of themselves.";
  const some = `As the records say of themselves: of ${records}, ${selfJudged} ${verbFor(selfJudged, "says")} whether that role may do this`;
  return `${some}. The other ${rest} ${verbFor(rest, "is")} not judged; ${way}.`;
}

function anomalyBlocks(
  { roles: { anomalies }, records }: ReportMaterial,
  source: string,
): readonly Block[] {
  return [
    text(`${READING} ${source}`),
    {
      kind: "table",
      caption: "What roles did, or tried to do, that the policy does not let them do",
      columns: ["Role", "Action", "Outcome", "Events"],
      rows: anomalies.map(({ role, action, outcome, events }) => [
        role === "" ? "(none)" : role,
        action,
        outcome,
        String(events),
      ]),
    },
    ...(records.length > 0
      ? [text(`To look at them: otel-audit query ${termsOf(anomalies)}`)]
      : []),
  ];
}

/** `permitted:` finds what the records say themselves, and nothing that only the policy says. */
function termsOf(anomalies: readonly RoleAnomaly[]): string {
  const own = anomalies.filter(({ isSelfJudged }) => isSelfJudged);
  const others = anomalies.filter(({ isSelfJudged }) => !isSelfJudged);
  const [example] = others.length > 0 ? others : own;
  const pair = `role:${asValue(example?.role)} action:${asValue(example?.action)}`;
  const each = `a role and an action as in ${pair}`;
  if (own.length === 0) return each.replace("a role", "with a role");
  if (others.length === 0) return `permitted:false, or ${each}`;
  return `permitted:false for what the records say themselves; for what the policy says, ${each}`;
}

/** What stands in a term; a comma in it would part two values. */
function asValue(value: string | undefined): string {
  if (value === undefined || value === "") return "…";
  return /^[\w.-]+$/.test(value) ? value : `"${value}"`;
}
