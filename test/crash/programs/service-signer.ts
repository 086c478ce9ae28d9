import type { SealSettings } from "otel-audit";
import { generateSigningKey, signerOf } from "../../../src/seal/signer.ts";

const own = signerOf(generateSigningKey(), "memory");
let isDown = process.env["SERVICE_SIGNER"] === "down";

/** Signs elsewhere, after a while. SERVICE_SIGNER=down: it rejects until {@link signAgain}. Undefined where nothing is said of it. */
export const seal: SealSettings | undefined =
  process.env["SERVICE_SIGNER"] === undefined
    ? undefined
    : {
        signer: {
          publicKey: own.key.publicKey,
          sign: async (text) => {
            await new Promise((resolve) => setImmediate(resolve));
            if (isDown) throw new Error("the key service is down");
            return own.sign(text);
          },
        },
      };

/** From now on it signs. */
export function signAgain(): void {
  isDown = false;
}
