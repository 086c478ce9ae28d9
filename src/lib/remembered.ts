/**
 * The answers to a question that costs more than to remember them.
 *
 * @param max so many are remembered; for one more, all are forgotten.
 * @param answer gives the same to the same key.
 */
export function remembered<Key, Value extends string | number | boolean | object | null>(
  max: number,
  answer: (key: Key) => Value,
): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size >= max) known.clear();
    const value = answer(key);
    known.set(key, value);
    return value;
  };
}
