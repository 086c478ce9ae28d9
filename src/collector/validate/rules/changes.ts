import {
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_NOTE,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_INTEGRITY_FIELDS,
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_SCHEMA_VERSION,
  ATTR_SEQUENCE_NUMBER,
} from "../../../event/index.ts";
import { usedComponents } from "../graph.ts";
import type { Hit, Rule } from "../finding.ts";
import { get, isGiven, itemsOf, knownText } from "../located.ts";
import type { Collector, Component } from "../model.ts";
import { logStatements, type PlacedStatement, unquoted } from "../ottl.ts";
import { compiledPattern } from "../samples.ts";

/** What a record is told by, and what proves it. */
const PROVING: readonly string[] = [
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_SEQUENCE_NUMBER,
  ATTR_SCHEMA_VERSION,
  ATTR_INTEGRITY_FIELDS,
  ATTR_CHECKPOINT_NOTE,
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_SUBTREES,
];
/** What their values look like. */
const VALUES: readonly string[] = [
  "AbCdEfGhIjKlMnOp.17",
  `audit_actor_id:${"c".repeat(43)}:${"s".repeat(22)}`,
];
/** Records of otel-audit have no value that is longer. */
const MAX_BYTES = 64 * 1024;
const CHANGING_ACTIONS = new Set(["delete", "update", "upsert", "hash", "convert"]);
/** Of one attribute. */
const CHANGING_EDITORS = new Set(["set", "append", "replace_pattern", "replace_match"]);
/** The salts of what is redacted, as README.md says; the commitments stay. */
const SALTS_ONLY = ":[A-Za-z0-9_-]{22}";
const SHOWN_CHARACTERS = 80;

type Judge = (statement: PlacedStatement, later: readonly PlacedStatement[]) => boolean;

/** Whether an argument is all attributes of a record, all of its body, or the attribute of a key. */
function targetOf({
  args,
  context,
}: PlacedStatement): "attributes" | "body" | { key: string } | undefined {
  const [path = ""] = args;
  const own = path.startsWith("log.") ? path.slice("log.".length) : context === "log" ? path : "";
  if (own === "attributes" || own === "body") return own;
  const [, key] = /^attributes\[("(?:[^"\\]|\\.)*")\]$/.exec(own) ?? [];
  const name = unquoted(key);
  return name === undefined ? undefined : { key: name };
}

const matchesProving = (pattern: string | undefined, samples = PROVING): boolean => {
  const compiled = pattern === undefined ? undefined : compiledPattern(pattern);
  return compiled !== undefined && samples.some((sample) => compiled.test(sample));
};

const changesProof: Judge = (statement) => {
  const { editor, args } = statement;
  const target = targetOf(statement);
  const [, second, third] = args;
  if (typeof target === "object") {
    const isSaltOnly =
      editor === "replace_pattern" &&
      target.key === ATTR_INTEGRITY_FIELDS &&
      (unquoted(second) ?? "").endsWith(SALTS_ONLY);
    return PROVING.includes(target.key) && CHANGING_EDITORS.has(editor) && !isSaltOnly;
  }
  if (target !== "attributes") return false;
  if (editor === "delete_key") return PROVING.includes(unquoted(second) ?? "");
  if (editor === "delete_matching_keys") return matchesProving(unquoted(second));
  if (editor !== "replace_all_patterns") return false;
  return matchesProving(unquoted(third), unquoted(second) === "key" ? PROVING : VALUES);
};

const cutsRecord: Judge = (statement, later) => {
  const { editor, args } = statement;
  const target = targetOf(statement);
  if (target !== "attributes" && target !== "body") return false;
  const [, second = ""] = args;
  if (editor === "limit") return true;
  if (editor === "truncate_all") return !(Number(second) >= MAX_BYTES);
  if (editor === "keep_keys")
    return target === "body" || PROVING.some((key) => !second.includes(JSON.stringify(key)));
  if (editor === "keep_matching_keys")
    return target === "body" || PROVING.some((key) => !matchesProving(unquoted(second), [key]));
  if (editor !== "set") return false;
  if (target === "attributes") return true;
  // A sink may have another form in the body; what is empty, or the same for all, is none.
  const isSetLater = later.some(
    (other) => other.editor === "set" && targetOf(other) === "body" && !isLiteral(other.args[1]),
  );
  return isLiteral(second) && !isSetLater;
};

function isLiteral(argument = ""): boolean {
  return (
    unquoted(argument) !== undefined ||
    /^(?:nil|true|false|-?\d[\d.]*|\{\s*\}|\[\s*\])$/.test(argument)
  );
}

/** Whether a statement demonstrably leaves audit records alone. */
function sparesAudit({ where, conditions }: PlacedStatement): boolean {
  const isOther = (text: string): boolean =>
    text.includes(`attributes["${ATTR_RECORD_ID}"] == nil`) && !/\bor\b|\bnot\b/.test(text);
  return isOther(where) || (conditions.length > 0 && conditions.every(isOther));
}

/** Whether all that comes behind a processor writes bodies, as rows, and no attributes. */
function writesBodiesOnly({ id }: Component, { pipelines, components }: Collector): boolean {
  return pipelines
    .filter(({ processors }) => processors.some((one) => one.id === id))
    .every(({ exporters }) =>
      exporters.every(
        (one) =>
          one.type === "file" && isGiven(get(components.exporters.get(one.id)?.config, "encoding")),
      ),
    );
}

function statementsThat(judge: Judge): (collector: Collector) => readonly Hit[] {
  return (collector) =>
    usedComponents(collector, "processors", "transform").flatMap((processor) => {
      const all = logStatements(processor.config);
      const isForBodies = writesBodiesOnly(processor, collector);
      return all.flatMap((statement, at) =>
        judge(statement, all.slice(at + 1)) &&
        !sparesAudit(statement) &&
        !(isForBodies && targetOf(statement) !== "body")
          ? [
              {
                at: statement.node.place,
                component: processor.name,
                message: shown(statement.text),
              },
            ]
          : [],
      );
    });
}

function shown(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}

function* changingActions(processor: Component): Generator<Hit> {
  for (const action of itemsOf(get(processor.config, "actions"))) {
    const name = knownText(get(action, "action"))?.toLowerCase() ?? "";
    const key = knownText(get(action, "key")) ?? "";
    const pattern = knownText(get(action, "pattern"));
    const isPattern = pattern !== undefined && ["delete", "hash"].includes(name);
    const what = PROVING.includes(key) ? key : isPattern && matchesProving(pattern) ? pattern : "";
    if (CHANGING_ACTIONS.has(name) && what !== "")
      yield { at: action.place, component: processor.name, message: `${name} of ${what}` };
  }
}

/** What takes away of a record what makes it one, or a part of what it says. */
export const CHANGE_RULES: readonly Rule[] = [
  {
    code: "record_proof_changed",
    severity: "error",
    why: "a record is known by its id, its place in the stream and its kind, and proven by its seal: without them, or with others, nobody can count it once, find what is missing, or verify it",
    instead:
      "leave audit.record.*, audit.sequence.number, audit.schema.version, audit.integrity.* and audit.checkpoint.* as they are",
    find: (collector) => [
      ...statementsThat(changesProof)(collector),
      ...usedComponents(collector, "processors", "attributes").flatMap((one) => [
        ...changingActions(one),
      ]),
    ],
  },
  {
    code: "record_cut",
    severity: "error",
    why: "it takes away a part of what every record says, or all of it, whatever that is: what was done, and to what, is not in the sinks behind it",
    instead:
      "the limits of the process that writes the records; to keep a field from a sink, name that field",
    find: statementsThat(cutsRecord),
  },
];
