/** A value as an error shows it: short, and on one line. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map";
  if (!["string", "number", "boolean"].includes(typeof value) && value !== null) {
    return `a ${typeof value}`;
  }
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
