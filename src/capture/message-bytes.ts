/** Serialized bytes of the messages that pass, without keeping any of them. */
const sizes = new WeakMap<object, number>();

/** Serialized bytes of a message; 0 for one that is no object, or that nobody measured. */
export function messageBytes(message: unknown): number {
  return typeof message === "object" && message !== null ? (sizes.get(message) ?? 0) : 0;
}

/** A serializer that remembers how long its messages are. What is no function stays what it is. */
export function measuredSerializer(serialize: unknown): unknown {
  if (typeof serialize !== "function") return serialize;
  const inner = serialize as (message: unknown) => unknown;
  return (message: unknown): unknown => {
    const bytes = inner(message);
    note(message, bytes);
    return bytes;
  };
}

/** The same for the way in. */
export function measuredDeserializer(deserialize: unknown): unknown {
  if (typeof deserialize !== "function") return deserialize;
  const inner = deserialize as (bytes: unknown) => unknown;
  return (bytes: unknown): unknown => {
    const message = inner(bytes);
    note(message, bytes);
    return message;
  };
}

function note(message: unknown, bytes: unknown): void {
  if (typeof message !== "object" || message === null || !(bytes instanceof Uint8Array)) return;
  sizes.set(message, bytes.byteLength);
}
