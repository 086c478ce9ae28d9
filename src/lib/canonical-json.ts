/**
 * JSON with one form for each value (RFC 8785): names sorted by UTF-16 units, no white space, numbers
 * and texts as ECMAScript writes them.
 *
 * @param value plain JSON: well-formed texts and finite numbers.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    // Most lists are of texts and numbers.
    return items.some((item) => typeof item === "object")
      ? `[${items.map(canonicalJson).join(",")}]`
      : JSON.stringify(items);
  }
  const members = Object.entries(value)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item)}`);
  return `{${members.join(",")}}`;
}
