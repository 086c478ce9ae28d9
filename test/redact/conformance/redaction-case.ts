/** A case of a redaction corpus, and how to tell from what came out whether it came out well. */
import { isDeepStrictEqual } from "node:util";
import type { BodyValue } from "../../../src/event/index.ts";

/** A text, or a map, with what must go and what must stay. */
export interface RedactionCase {
  readonly id: string;
  /** The group that it is counted in. */
  readonly kind: string;
  readonly given: BodyValue;
  /** Texts that must not survive. */
  readonly secrets: readonly string[];
  /** Texts that must survive. Without any, and without secrets: all of it, as it is. */
  readonly kept: readonly string[];
}

/** What became of one secret, of one text beside a secret, or of a case that holds no secret. */
export interface Outcome {
  readonly id: string;
  readonly kind: string;
  /** `leak`: of a secret. `loss`: of what must stay. */
  readonly of: "leak" | "loss";
  readonly isWrong: boolean;
}

/** What came of a case. `results` are the forms that it came out in: it leaks if one of them does. */
export function outcomesOf(tested: RedactionCase, results: readonly unknown[]): readonly Outcome[] {
  const { id, kind, given, secrets, kept } = tested;
  const texts = results.map(textOf);
  const outcome = (of: Outcome["of"], isWrong: boolean): Outcome => ({ id, kind, of, isWrong });
  if (secrets.length + kept.length === 0) {
    return [
      outcome(
        "loss",
        results.some((result) => !isDeepStrictEqual(result, given)),
      ),
    ];
  }
  return [
    ...secrets.map((secret) =>
      outcome(
        "leak",
        texts.some((text) => text.includes(secret)),
      ),
    ),
    ...kept.map((each) =>
      outcome(
        "loss",
        texts.some((text) => !text.includes(each)),
      ),
    ),
  ];
}

/** JSON escapes hide nothing: what a reader sees counts. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value).replaceAll(/\\(.)/g, "$1");
}

type Listed = readonly [
  name: string,
  given: BodyValue,
  secrets?: string | readonly string[],
  kept?: string | readonly string[],
];

/** Cases of one kind: a name each, what is given, what must go, what must stay beside it. */
export function casesOf(
  kind: string,
  listed: readonly (Listed | readonly string[])[],
): readonly RedactionCase[] {
  return listed.map(([name = "", given = "", secrets = [], kept = []]) => ({
    id: `${kind}: ${name}`,
    kind,
    given,
    secrets: [secrets].flat(),
    kept: [kept].flat(),
  }));
}
