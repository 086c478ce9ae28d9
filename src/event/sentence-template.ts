/**
 * Reads the sentence of an action: what stands as it is, the verb, values, and parts that may go.
 *
 * Promise: pure, one pass, never throws; what cannot be read comes back with a problem in words.
 */

/** A piece of a sentence. */
export type SentencePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "verb"; readonly past: string; readonly infinitive: string }
  | {
      readonly kind: "value";
      /** The first of these paths that leads to something is shown. */
      readonly paths: readonly string[];
      /** What the value counts, as in `sample`. */
      readonly noun?: string;
      /** How true and false read. */
      readonly words?: readonly [yes: string, no: string];
    }
  | { readonly kind: "optional"; readonly parts: readonly SentencePart[] };

/** A sentence that was read. */
export interface Sentence {
  readonly parts: readonly SentencePart[];
  /** What is wrong with it, in words. */
  readonly problem?: string;
}

const TOKEN = /\{([^{}]*)\}|[[\]{}]|[^[\]{}]+/g;
const VERB = /^([\p{L}' -]+)\|([\p{L}' -]+)$/u;
const PATH = /^[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*$/u;

/** The parts of a sentence. */
export function parseSentence(template: string): Sentence {
  const parts: SentencePart[] = [];
  let optional: SentencePart[] | undefined;
  for (const [token, inside] of template.matchAll(TOKEN)) {
    if (inside !== undefined) {
      const part = placeholder(inside);
      if (part === undefined) return broken(template, `cannot read {${inside}}`);
      (optional ?? parts).push(part);
    } else if (token === "[") {
      if (optional !== undefined) return broken(template, "has a [ inside of [ ]");
      optional = [];
    } else if (token === "]") {
      if (optional === undefined) return broken(template, "has a ] without its [");
      parts.push({ kind: "optional", parts: optional });
      optional = undefined;
    } else if (token === "{" || token === "}") {
      return broken(template, `has a ${token} without its pair`);
    } else {
      (optional ?? parts).push({ kind: "text", text: token });
    }
  }
  if (optional !== undefined) return broken(template, "has a [ without its ]");
  if (parts[0]?.kind !== "verb") {
    return broken(template, 'must begin with its verb, as in "{deployed|deploy} {target}"');
  }
  return { parts };
}

function broken(template: string, problem: string): Sentence {
  return { parts: [], problem: `${JSON.stringify(template)} ${problem}` };
}

function placeholder(inside: string): SentencePart | undefined {
  const verb = VERB.exec(inside);
  if (verb !== null) return { kind: "verb", past: verb[1] ?? "", infinitive: verb[2] ?? "" };
  const colon = inside.indexOf(":");
  const names = colon < 0 ? inside : inside.slice(0, colon);
  const shown = colon < 0 ? "" : inside.slice(colon + 1).trim();
  const paths = names.split("??").map((path) => path.trim());
  if (!paths.every((path) => PATH.test(path)) || (colon >= 0 && shown === "")) return undefined;
  const [yes = "", no] = shown.split("/");
  if (no !== undefined) return { kind: "value", paths, words: [yes, no] };
  return { kind: "value", paths, ...(shown === "" ? {} : { noun: shown }) };
}
