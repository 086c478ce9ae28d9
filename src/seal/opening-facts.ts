/**
 * What the first checkpoint of a stream says beyond the others: who signs, under which policies, for
 * which process.
 */

/** Where the private key is: in a file, only in the memory of the process, or behind a function of the user's. */
export type KeyCustody = "file" | "memory" | "function";

/** What only the first checkpoint of a stream says. */
export interface OpeningFacts {
  readonly custody: KeyCustody;
  /** Prefixes of the attributes that are sealed. */
  readonly sealed: readonly string[];
  /** What may be redacted where the action does not say otherwise. */
  readonly redactable: readonly string[];
  /** SHA-256, base64url, of the audit policy. */
  readonly auditPolicy: string;
  /** SHA-256, base64url, of the redaction policy. */
  readonly redactionPolicy: string;
  /** Resource attributes, as the start record has them. */
  readonly resource: Readonly<Record<string, unknown>>;
  /** Where the key came after earlier ones: each step on the way, in any order. */
  readonly rotations: readonly KeyRotation[];
}

/** An earlier key says which one comes after it. Keys are one line each, as `encodeKey` writes it. */
export interface KeyRotation {
  readonly from: string;
  readonly to: string;
  /** Ed25519 of the earlier key over {@link rotationText}; base64. */
  readonly signature: string;
}

/** What an earlier key signs for the one that comes after it. */
export function rotationText(from: string, to: string): string {
  return `otel-audit key rotation\n${from}\n${to}\n`;
}

/** The lines of the facts, without their ends. */
export function openingLines(facts: OpeningFacts): readonly string[] {
  const { custody, sealed, redactable, auditPolicy, redactionPolicy, resource, rotations } = facts;
  return [
    `custody ${custody}`,
    ...lineOf("sealed", sealed.join(" ")),
    ...lineOf("redactable", redactable.join(" ")),
    ...lineOf("audit-policy", auditPolicy),
    ...lineOf("redaction-policy", redactionPolicy),
    `resource ${JSON.stringify(resource)}`,
    ...rotations.map(({ from, to, signature }) => `rotation ${from} ${to} ${signature}`),
  ];
}

/** A word without a value is no line. */
function lineOf(word: string, value: string): readonly string[] {
  return value === "" ? [] : [`${word} ${value}`];
}

const CUSTODIES: ReadonlySet<string> = new Set<KeyCustody>(["file", "memory", "function"]);

/**
 * The facts of some words and their values; undefined where there are none, a text says what is wrong.
 *
 * @param rotations values of the lines that may stand there several times; those of another form say nothing.
 */
export function decodeOpening(
  words: ReadonlyMap<string, string>,
  rotations: readonly string[],
): OpeningFacts | string | undefined {
  const custody = words.get("custody");
  if (custody === undefined) return undefined;
  if (!isCustody(custody)) return `its custody is ${JSON.stringify(custody)}`;
  const resource = parse(words.get("resource") ?? "");
  if (!isMap(resource)) return "its resource is no map";
  return {
    custody,
    sealed: words.get("sealed")?.split(" ") ?? [],
    redactable: words.get("redactable")?.split(" ") ?? [],
    auditPolicy: words.get("audit-policy") ?? "",
    redactionPolicy: words.get("redaction-policy") ?? "",
    resource,
    rotations: rotations.flatMap(decodeRotation),
  };
}

function decodeRotation(value: string): readonly KeyRotation[] {
  const [from, to, signature, ...rest] = value.split(" ");
  const isWhole = from !== undefined && to !== undefined && signature !== undefined;
  return isWhole && rest.length === 0 ? [{ from, to, signature }] : [];
}

function isCustody(text: string): text is KeyCustody {
  return CUSTODIES.has(text);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
