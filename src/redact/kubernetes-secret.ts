/**
 * Manifests of Kubernetes: all that stands under `data` of a Secret is one, whatever its name.
 *
 * In: text, or a map. Out: the places of those values, or whether a map is one of them.
 */
import type { BodyMap, BodyValue } from "../event/index.ts";
import type { Finding } from "./assigned.ts";
import { isList } from "./json-text.ts";
import { MASK } from "./mask.ts";
import type { Verdict } from "./verdict.ts";

const KIND = /(?:^|[\s{,"'])kind["']?\s{0,4}:\s{0,4}["']?Secret\b(?![A-Za-z])/;
const DATA = /(^|\n|[{,]\s{0,200})([ \t]*)["']?(?:data|stringData)["']?:[ \t]*(\{|\r?\n)/g;
const LINE =
  /([ \t]*)(?:- )?["']?([\w.-]{1,253})["']?:[ \t]*(?:[|>][+-]?[ \t]*\r?\n[ \t]*)?["']?([^\s"']*)["']?[^\n]*(?:\n|$)/y;
const FIELD = /\s*["']([\w.-]{1,253})["']\s{0,4}:\s{0,4}["']([^"']*)["']\s*,?/y;

/** The values of Secrets in a text, from left to right, without overlap. */
export function kubernetesSecrets(text: string, verdict: Verdict): readonly Finding[] {
  if (verdict.action === "keep" || !text.includes("Secret") || !KIND.test(text)) return [];
  const found: Finding[] = [];
  for (const match of text.matchAll(DATA)) {
    const from = match.index + match[0].length;
    if (from < (found.at(-1)?.end ?? 0)) continue;
    found.push(
      ...(match[3] === "{"
        ? fieldsAt(text, from, verdict)
        : linesAt(text, { from, indent: match[2] ?? "" }, verdict)),
    );
  }
  return found;
}

function fieldsAt(text: string, from: number, verdict: Verdict): readonly Finding[] {
  const found: Finding[] = [];
  FIELD.lastIndex = from;
  for (let field = FIELD.exec(text); field !== null; field = FIELD.exec(text)) {
    const [whole, name = "", value = ""] = field;
    const start = field.index + whole.lastIndexOf(value);
    add(found, { start, end: start + value.length, name, verdict }, value);
  }
  return found;
}

function linesAt(
  text: string,
  { from, indent }: { readonly from: number; readonly indent: string },
  verdict: Verdict,
): readonly Finding[] {
  const found: Finding[] = [];
  LINE.lastIndex = from;
  for (let line = LINE.exec(text); line !== null; line = LINE.exec(text)) {
    const [whole, inner = "", name = "", value = ""] = line;
    if (inner.length <= indent.length) break;
    const start = line.index + whole.indexOf(value, whole.indexOf(":") + 1);
    add(found, { start, end: start + value.length, name, verdict }, value);
    if (LINE.lastIndex >= text.length) break;
  }
  return found;
}

function add(found: Finding[], finding: Finding, value: string): void {
  if (value !== "" && value !== MASK) found.push(finding);
}

/** Whether a map under this name is the content of a Secret. */
export function isSecretData(name: string, parent: BodyMap | readonly BodyValue[]): boolean {
  if (name !== "data" && name !== "stringData") return false;
  return !isList(parent) && parent["kind"] === "Secret";
}
