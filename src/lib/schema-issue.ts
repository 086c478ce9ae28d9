/** What is wrong with a document, in one line: the place, the thing, the value, the way out. */
import { z } from "zod";
import { nearest } from "./nearest.ts";
import { shown } from "./shown.ts";

type Issue = z.core.$ZodIssue;

/** How to say where something stands. */
export interface Places {
  /** What the document is, as in "audit policy". */
  readonly noun: string;
  readonly schema: z.ZodType;
  readonly locate: (path: readonly PropertyKey[]) => string;
  readonly locateKey: (path: readonly PropertyKey[], key: string) => string;
}

/** The error line of a document that does not fit the schema. */
export function issueText(
  issues: readonly Issue[],
  value: unknown,
  { noun, schema, ...places }: Places,
): string {
  const issue = clearestIssue(issues);
  if (issue === undefined) return `${places.locate([])}: this is no ${noun}`;
  const where = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const known = knownKeys(schema, issue.path);
    const guess = nearest(key, known);
    const help =
      guess !== undefined
        ? `, did you mean "${guess}"?`
        : known.length > 0
          ? `: use ${known.join(", ")}`
          : "";
    return `${places.locateKey(issue.path, key)}: unknown key ${shown(key)}${where === "" ? "" : ` in ${where}`}${help}`;
  }
  const found = valueAt(value, issue.path);
  const thing = where === "" ? `the ${noun}` : where;
  // The key of a map can be what is wrong: the value would be the wrong place to look.
  const place =
    issue.code === "invalid_key"
      ? places.locateKey(issue.path.slice(0, -1), String(issue.path.at(-1)))
      : places.locate(issue.path);
  return `${place}: ${thing}: ${problemText(issue, found)}`;
}

function problemText(issue: Issue, found: unknown): string {
  switch (issue.code) {
    case "invalid_value": {
      const choices = issue.values.map(String);
      // A schema that has its own words for it names the value itself.
      if (!issue.message.startsWith("Invalid ")) return issue.message;
      if (found === undefined) return `is missing: use ${choices.join(" or ")}`;
      const guess = typeof found === "string" ? nearest(found, choices) : undefined;
      return `${shown(found)} is not known${guess === undefined ? "" : `, did you mean "${guess}"?`}: use ${choices.join(", ")}`;
    }
    case "invalid_type":
      if (!issue.message.startsWith("Invalid ")) return issue.message;
      return found === undefined
        ? `is missing: it must be a ${kindName(issue.expected)}`
        : `must be a ${kindName(issue.expected)}, it is ${shown(found)}`;
    case "invalid_union":
      return `cannot be ${shown(found)}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? issue.message;
    default:
      return typeof found === "string" || typeof found === "number"
        ? `${issue.message}; it is ${shown(found)}`
        : issue.message;
  }
}

function kindName(expected: string): string {
  if (expected === "object" || expected === "record") return "map";
  return expected === "array" ? "list" : expected;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return found;
}

/** Of the branches of a union, the one that got furthest tells what was meant. */
function clearestIssue(issues: readonly Issue[]): Issue | undefined {
  const flat = issues.map(narrowed);
  // A key that nobody knows is often the reason why another one is missing.
  return flat.find((issue) => issue.code === "unrecognized_keys") ?? flat[0];
}

function narrowed(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors
    .map((branch) => clearestIssue(branch))
    .filter((found): found is Issue => found !== undefined);
  const deepest = inner.toSorted((left, right) => depthOf(right) - depthOf(left))[0];
  if (deepest === undefined) return issue;
  // A branch that failed at its own top, by type, is not what was meant.
  const isMeant =
    deepest.path.length > 0 ||
    deepest.code === "unrecognized_keys" ||
    (deepest.code !== "invalid_type" && deepest.code !== "invalid_union");
  return isMeant ? { ...deepest, path: [...issue.path, ...deepest.path] } : issue;
}

function depthOf(issue: Issue): number {
  if (issue.code === "invalid_type" && issue.path.length === 0) return -1;
  return issue.path.length * 2 + (issue.code === "unrecognized_keys" ? 1 : 0);
}

/** One level of a JSON Schema, as far as it is walked. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** The keys that the schema knows at a path. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let nodes: readonly SchemaNode[] = [z.toJSONSchema(schema) as SchemaNode];
  for (const key of path) {
    nodes = nodes.flatMap(branches).flatMap((node) => {
      if (typeof key === "number") return node.items === undefined ? [] : [node.items];
      const own = node.properties?.[String(key)];
      if (own !== undefined) return [own];
      return typeof node.additionalProperties === "object" ? [node.additionalProperties] : [];
    });
  }
  return nodes.flatMap(branches).flatMap((node) => Object.keys(node.properties ?? {}));
}

function branches(node: SchemaNode): readonly SchemaNode[] {
  return node.anyOf === undefined ? [node] : node.anyOf.flatMap(branches);
}
