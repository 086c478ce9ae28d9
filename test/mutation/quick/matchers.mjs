/** What tests ask of values, as vitest answers it. */

/**
 * Whether two values are the same; what is undefined is as good as absent.
 *
 * @param isPart whether the left one may have more in its maps.
 */
export function isSame(left, right, isPart = false) {
  if (typeof right?.isLike === "function") return right.isLike(left);
  if (Object.is(left, right)) return true;
  if (typeof left !== "object" || typeof right !== "object" || !left || !right) return false;
  if (left instanceof Error && !isPart) return left.message === right.message;
  if (!(left instanceof Error) && kindOf(left) !== kindOf(right)) return false;
  if (ArrayBuffer.isView(left)) return Buffer.compare(left, right) === 0;
  if (left instanceof Map || left instanceof Set) return isSame([...left], [...right], isPart);
  if (Array.isArray(left) && left.length !== right.length) return false;
  const names = isPart ? Object.keys(right) : Object.keys({ ...left, ...right });
  return names.every((name) => isSame(left[name], right[name], isPart));
}

function kindOf(value) {
  return Buffer.isBuffer(value) ? "buffer" : Object.prototype.toString.call(value);
}

/** Whether an error is one that `toThrow` asks for. */
export function thrown(error, expected) {
  if (expected === undefined) return true;
  if (typeof expected === "function") return error instanceof expected;
  const message = String(error?.message);
  return expected instanceof RegExp ? expected.test(message) : message.includes(expected);
}

export const matchers = {
  toBe: Object.is,
  toEqual: (value, other) => isSame(value, other),
  toMatchObject: (value, part) => isSame(value, part, true),
  toBeTypeOf: (value, type) => typeof value === type,
  toBeUndefined: (value) => value === undefined,
  toHaveLength: (value, length) => value.length === length,
  toHaveProperty: (value, name) => Object.hasOwn(value, name),
  toContain: (value, part) => value.includes(part),
  toContainEqual: (value, item) => value.some((one) => isSame(one, item)),
  toMatch: (value, pattern) => pattern.test(value),
  toHaveBeenCalled: ({ calls }) => calls > 0,
  toHaveBeenCalledOnce: ({ calls }) => calls === 1,
  toBeLessThan: (value, other) => value < other,
  toBeLessThanOrEqual: (value, other) => value <= other,
  toBeGreaterThan: (value, other) => value > other,
  toBeGreaterThanOrEqual: (value, other) => value >= other,
};
