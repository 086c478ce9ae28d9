/**
 * When a gRPC receiver wants to be asked again.
 *
 * In: the bytes of `grpc-status-details-bin`, a google.rpc.Status. Out: the delay of the
 * google.rpc.RetryInfo in it. Four fields of four messages: no library of ours reads them.
 */

/** Fields: Status.details, Any.type_url, Any.value, RetryInfo.retry_delay, Duration.seconds, Duration.nanos. */
const STATUS_DETAILS = 3;
const ANY_TYPE_URL = 1;
const ANY_VALUE = 2;
const RETRY_DELAY = 1;
const SECONDS = 1;
const NANOS = 2;
const RETRY_INFO = "google.rpc.RetryInfo";

/** Milliseconds, or undefined where the receiver says nothing of it, or what cannot be read. */
export function retryDelayOf(status: string | Uint8Array | undefined): number | undefined {
  if (status === undefined || typeof status === "string") return undefined;
  try {
    for (const [field, any] of fieldsOf(status)) {
      if (field !== STATUS_DETAILS || typeof any === "number") continue;
      const parts = new Map(fieldsOf(any));
      const type = parts.get(ANY_TYPE_URL);
      const value = parts.get(ANY_VALUE);
      if (type === undefined || typeof type === "number") continue;
      if (!Buffer.from(type).toString().endsWith(RETRY_INFO)) continue;
      if (value === undefined || typeof value === "number") return undefined;
      const delay = new Map(fieldsOf(value)).get(RETRY_DELAY);
      if (delay === undefined || typeof delay === "number") return undefined;
      const duration = new Map(fieldsOf(delay));
      return Number(duration.get(SECONDS) ?? 0) * 1000 + Number(duration.get(NANOS) ?? 0) / 1e6;
    }
  } catch {
    // Not what it says it is.
  }
  return undefined;
}

type Field = readonly [number: number, value: number | Uint8Array];

/** The varint and length-delimited fields of a message (protobuf.dev/programming-guides/encoding). */
function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError("the message is cut");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const wireType = tag & 7;
    if (wireType === 0) {
      fields.push([tag >>> 3, varint()]);
    } else if (wireType === 2) {
      const length = varint();
      if (at + length > bytes.length) throw new RangeError("the message is cut");
      fields.push([tag >>> 3, bytes.subarray(at, at + length)]);
      at += length;
    } else {
      throw new RangeError(`wire type ${wireType} is in none of these messages`);
    }
  }
  return fields;
}
