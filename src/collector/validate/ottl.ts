import { get, knownText, type Located } from "./located.ts";
import { listOf } from "./separated.ts";

/** A statement of the transform processor, taken apart as far as the rules ask. */
export interface Statement {
  readonly editor: string;
  /** As they are written, without names: `truncate_all(target=x, limit=3)` has x and 3. */
  readonly args: readonly string[];
  /** Empty: always. */
  readonly where: string;
}

/** A statement where it stands, with the conditions of its group. */
export interface PlacedStatement extends Statement {
  readonly node: Located;
  readonly text: string;
  /** "log" where the paths say themselves what they are of. */
  readonly context: string;
  readonly conditions: readonly string[];
}

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** `editor(argument, …) where condition`; undefined for anything else. */
export function parseStatement(text: string): Statement | undefined {
  const [head, editor] = /^\s*([a-z]\w*)\s*\(/.exec(text) ?? [];
  if (head === undefined || editor === undefined) return undefined;
  const found = argumentsFrom(text, head.length);
  if (found === undefined) return undefined;
  const [, where] = /^\s*where\s+(.*)$/s.exec(text.slice(found.end)) ?? [];
  return { editor, args: found.args.map(withoutName), where: where?.trim() ?? "" };
}

/** What stands between commas up to the parenthesis that closes; commas in quotes and brackets count for nothing. */
function argumentsFrom(
  text: string,
  start: number,
): { readonly args: readonly string[]; readonly end: number } | undefined {
  const args: string[] = [];
  const open: string[] = [];
  let begin = start;
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? "";
    const closing = CLOSING[char];
    if (char === '"') at = endOfText(text, at);
    else if (closing !== undefined) open.push(closing);
    else if (open.length > 0 && char === open.at(-1)) open.pop();
    else if (open.length === 0 && (char === "," || char === ")")) {
      const last = text.slice(begin, at).trim();
      if (last !== "" || args.length > 0 || char === ",") args.push(last);
      if (char === ")") return { args, end: at + 1 };
      begin = at + 1;
    }
  }
  return undefined;
}

function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

function withoutName(argument: string): string {
  return argument.replace(/^[a-z_]+\s*=(?!=)\s*/, "");
}

/** What a quoted text says; undefined where it is none. */
export function unquoted(argument: string | undefined): string | undefined {
  const [, inner] = /^"((?:[^"\\]|\\.)*)"$/s.exec(argument ?? "") ?? [];
  return inner?.replaceAll(/\\(.)/gs, "$1");
}

/** The statements on logs of a transform processor, in their order. */
export function logStatements(config: Located): readonly PlacedStatement[] {
  return listOf(get(config, "log_statements")).flatMap((item) => {
    if (item.kind !== "map") return placed(item, "log", []);
    const context = knownText(get(item, "context")) ?? "log";
    const conditions = listOf(get(item, "conditions")).map((one) => knownText(one) ?? "");
    return listOf(get(item, "statements")).flatMap((one) => placed(one, context, conditions));
  });
}

function placed(
  node: Located,
  context: string,
  conditions: readonly string[],
): readonly PlacedStatement[] {
  const text = knownText(node);
  const statement = text === undefined ? undefined : parseStatement(text);
  return text === undefined || statement === undefined
    ? []
    : [{ ...statement, node, text, context, conditions }];
}
