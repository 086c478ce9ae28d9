/**
 * The redaction of a Collector's configuration as YAML: the processors that the rules of the
 * process, and a redaction policy, come to.
 *
 * In: the rules. Out: lines of a `processors:` map, with a comment on each setting. Patterns are
 * RE2 in both places; `$` is written `$$` here, as the Collector reads `${…}` in any value.
 */
import { Document, isMap, isScalar, type Pair, type YAMLMap } from "yaml";
import type { CollectorRedaction, CollectorRules } from "../redact/index.ts";
import { identityStatements } from "./identity-statements.ts";

/** The processors of the redaction, in the order in which a pipeline must name them. */
export const REDACTION_PROCESSORS: readonly string[] = [
  "transform/identity",
  "redaction/names",
  "redaction/shapes",
  "redaction/assigned",
];

const COMMENTS: Readonly<Record<string, string>> = {
  "transform/identity": `Who acted, and from where, as the switch \`identity\` of the policy says.`,
  "redaction/names": `The second wall behind the redaction in the process: the mask for what a producer let through.
The first of three instances: what the name of a field gives away, and what a policy adds.`,
  "redaction/shapes": "What the shape of a value gives away: tokens, keys, addresses of mail.",
  "redaction/assigned": "What a name inside of a value gives away: password=…, token: ….",
  error_mode: `If a statement fails the record goes on with what that one was to hide: the redaction behind it
leaves these keys alone (ignored_keys).`,
  allow_all_keys: "Keys are not on an allow list: without this, every attribute would be removed.",
  redact_all_types: "Look at numbers, booleans, lists and maps among the attributes too, as text.",
  ignored_keys: `Exact names that nothing touches: identity, order, time, closed vocabularies. In the body they
would count at every depth, so the producer renames body keys that are called like this.`,
  ignored_key_patterns: "Names that the policy keeps, with all that is nested under them.",
  blocked_key_patterns:
    "Names whose whole value is masked: attribute keys, and in the body the last key at every depth.",
  allowed_values:
    "A value that matches as a whole passes this instance: it holds nothing that is looked for here.",
  blocked_values: "Text that is masked wherever it stands in a value.",
  summary:
    "Adds no counting attributes: the record keeps its shape (info would count the ignored keys in every record).",
};

/** The processors as lines of YAML, `indent` blanks before each. */
export function redactionLines(redaction: CollectorRedaction, indent: number): string {
  const document = new Document(
    inCollectorText({
      "transform/identity": {
        error_mode: "ignore",
        ...identityStatements(redaction.identity),
      },
      "redaction/names": settingsOf(redaction.names),
      "redaction/shapes": settingsOf(redaction.shapes),
      "redaction/assigned": settingsOf(redaction.assigned),
    }),
    { aliasDuplicateObjects: false },
  );
  if (isMap(document.contents)) comment(document.contents);
  const text = document.toString({ lineWidth: 0, singleQuote: true });
  return text.replaceAll(/^(?=.)/gm, " ".repeat(indent));
}

/** All lists, empty ones too: as an overlay they leave nothing of those that they replace. */
function settingsOf(rules: CollectorRules): Readonly<Record<string, unknown>> {
  return { allow_all_keys: true, redact_all_types: true, ...rules, summary: "silent" };
}

/** Texts as the Collector wants them: `$` begins a variable there. */
function inCollectorText(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, each: unknown) =>
      typeof each === "string" ? each.replaceAll("$", "$$$$") : each,
    ),
  );
}

/** A comment on each processor, and on each setting where it stands for the first time. */
function comment(processors: YAMLMap): void {
  const explained = new Set<string>();
  for (const processor of processors.items) {
    explain(processor, explained);
    if (!isMap(processor.value)) continue;
    for (const setting of processor.value.items) explain(setting, explained);
  }
}

function explain({ key }: Pair, explained: Set<string>): void {
  if (!isScalar(key) || explained.has(String(key.value))) return;
  const text = COMMENTS[String(key.value)];
  if (text === undefined) return;
  explained.add(String(key.value));
  key.commentBefore = text.replaceAll(/^/gm, " ");
  // A blank line between two processors, none between settings.
  key.spaceBefore = String(key.value).includes("/");
}
