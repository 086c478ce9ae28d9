/**
 * Names and their values in notations without a separator of their own: attributes of an element,
 * `"value" == name`, `name "value";`, `setName("value")`, `ENV NAME value`, `name || "value"`.
 *
 * In: any text. Out: the places of values whose name says that they are secret. Every repetition is
 * bounded, so that hostile text is read a bounded number of times.
 */
import type { Finding } from "./assigned.ts";
import { MASK } from "./mask.ts";
import type { Verdict } from "./verdict.ts";

interface Notation {
  /** One of these stands in every text that is worth reading. */
  readonly literals: readonly string[];
  /** With the groups `name` and `value`; `value` is the last thing that is matched but for `after`. */
  readonly pattern: RegExp;
  /** Only the rules that make no sense of calls: a cookie's name is no cookie. */
  readonly isCall?: boolean;
}

const ENTITY_QUOTE = "&(?:quot|apos|#34|#39|#x22);";

const NOTATIONS: readonly Notation[] = [
  {
    // `<add key="name" value="…" />`, `"name": "…", "value": "…"`.
    literals: ["value", "Value", "VALUE"],
    pattern:
      /\b(?:key|name|id)\\?["']?\s{0,4}[=:]\s{0,4}\\?["'](?<name>[^"'\\<>]{1,96})\\?["'](?:[\s,]{1,40}[\w-]{1,40}=["'][^"'<>]{0,200}["']){0,4}[\s,]{1,40}\\?["']?value\\?["']?\s{0,4}[=:]\s{0,4}\\?["'](?<value>[^"'\\<>]+)/dgi,
  },
  {
    literals: ["&quot;", "&#", "&apos;"],
    pattern: new RegExp(
      `${ENTITY_QUOTE}(?<name>[\\w.$-]{2,96})${ENTITY_QUOTE}\\s{0,4}[:=]\\s{0,4}${ENTITY_QUOTE}(?<value>[^&]{1,4096})`,
      "gd",
    ),
  },
  {
    literals: ["=="],
    pattern: /(["'])(?<value>[^"'\s]{3,4096})\1\s{0,4}[=!]={1,2}\s{0,4}\$?(?<name>[\w.$-]{2,96})/dg,
  },
  {
    // Settings of a line each: nginx, C, Lisp, shells.
    literals: ['"', "'"],
    pattern:
      /^[ \t]{0,40}(?:(?:#[ \t]{0,4}define|\(?setq|setx|ENV|ARG|export|set)[ \t]{1,8})?(?<name>[\w.$-]{2,96})[ \t]{1,8}(["'])(?<value>[^"'\s]{3,4096})\2[ \t]{0,8}(?:[;)]|$)/dgm,
  },
  {
    literals: ["ENV ", "ARG "],
    pattern:
      /^[ \t]{0,40}(?:ENV|ARG)[ \t]{1,8}(?<name>[\w.$-]{2,96})[ \t]{1,8}(?<value>[^\s"'=][^\s"']{2,4095})/dgm,
  },
  {
    // .netrc
    literals: ["login "],
    pattern: /\blogin\s{1,8}\S{1,256}\s{1,8}(?<name>password)\s{1,8}(?<value>\S{3,4096})/dg,
  },
  {
    literals: ["||", "??"],
    pattern:
      /(?<![\w.$-])(?<name>[\w.$-]{2,96})["'\])]{0,3}\s{0,4}(?:\|\||\?\?)=?\s{0,4}(["'])(?<value>[^"'\s]{3,4096})\2/dg,
  },
  {
    literals: ['("', "('", '{"'],
    pattern:
      /(?:\b[Ss]et_?|[.>])(?<name>[A-Za-z]\w{2,95})\s{0,2}[({]\s{0,4}(["'])(?<value>[^"'\s]{3,4096})\2\s{0,4}[)}]/dg,
    isCall: true,
  },
];

const CALLED: ReadonlySet<string> = new Set([
  "key:password",
  "key:secret",
  "key:api_key",
  "key:token",
]);

/** Whether a text without quotes can have such a notation. */
export const HAS_WORD_NOTATION: RegExp = /\b(?:ENV|ARG|login) /;

/** Every value that such a notation gives away, from left to right, without overlap. */
export function otherNotations(
  text: string,
  verdictOf: (name: string) => Verdict | undefined,
): readonly Finding[] {
  const found: Finding[] = [];
  for (const { literals, pattern, isCall } of NOTATIONS) {
    if (!literals.some((literal) => text.includes(literal))) continue;
    pattern.lastIndex = 0;
    // Not `matchAll`, which copies the expression for each text.
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      const { name = "", value = "" } = match.groups ?? {};
      const verdict = verdictOf(name);
      if (verdict === undefined || verdict.action === "keep" || value.startsWith(MASK)) continue;
      if (isCall === true && !CALLED.has(verdict.rule)) continue;
      const [start, end] = match.indices?.groups?.["value"] ?? [0, 0];
      if (end > start) found.push({ start, end, name, verdict });
    }
  }
  return found.length < 2 ? found : withoutOverlap(found);
}

function withoutOverlap(found: readonly Finding[]): readonly Finding[] {
  const kept: Finding[] = [];
  for (const finding of found.toSorted((a, b) => a.start - b.start)) {
    if (finding.start >= (kept.at(-1)?.end ?? 0)) kept.push(finding);
  }
  return kept;
}
