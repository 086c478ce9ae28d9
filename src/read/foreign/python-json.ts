/** A text in quotes, which stays as it is; or a number that JSON does not have and Python writes. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;
const LONG_NUMBER = /\d{16}/;

/**
 * What Python's `json.dumps` wrote. `NaN` and infinities, and whole numbers that would be rounded, become
 * texts, as otel-audit records them.
 *
 * @returns undefined where it is no JSON of any kind.
 */
export function parsePythonJson(text: string): { readonly value: unknown } | undefined {
  return parse(text) ?? parse(text.replace(TOKENS, (token) => quoted(token)));
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return {
      value: JSON.parse(text, LONG_NUMBER.test(text) ? wholeNumbers : undefined) as unknown,
    };
  } catch {
    return undefined;
  }
}

function quoted(token: string): string {
  return token.startsWith('"') ? token : `"${token}"`;
}

/** @param context what is read: Node has it, and its types do not know it yet. */
function wholeNumbers(
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  const source = context?.source ?? "";
  return typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
    ? source
    : value;
}
