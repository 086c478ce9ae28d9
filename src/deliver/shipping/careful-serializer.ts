import { messageOf } from "../../lib/errors.ts";
import { safeText } from "./otlp-answer.ts";
import type { SendResult } from "./otlp-sender.ts";

/** A record of the request cannot be made OTLP. */
class Unserializable extends Error {}

/** The same function; what it throws is told apart from a failure of the network. */
export function carefully<In, Out>(serialize: (records: In) => Out): (records: In) => Out {
  return (records) => {
    try {
      return serialize(records);
    } catch (error) {
      throw new Unserializable(messageOf(error));
    }
  };
}

/** What a thrown error means: a record that cannot be serialised is refused as if the receiver had done it. */
export function readThrown(error: unknown): SendResult {
  const said = safeText(messageOf(error));
  if (!(error instanceof Unserializable)) return { kind: "failed", message: said };
  return { kind: "refused", message: `it cannot be made OTLP: ${said}`, isTooLarge: false };
}
