import { crypto } from "../lib/late-packages.ts";

const ID_BYTES = 12;
/** Asking for random bytes costs more than the bytes: one request serves this many ids. */
const IDS_PER_REQUEST = 256;
const STARTS_WITH_LETTER = /^[A-Za-z]/;

const pool: Buffer = Buffer.allocUnsafe(ID_BYTES * IDS_PER_REQUEST);
let used = pool.length;

/**
 * A new stream or call id: 12 random bytes as 16 base64url characters, the first of them a letter,
 * so that no id looks like a command-line option, a formula or a negation.
 */
export function newId(): string {
  for (;;) {
    if (used === pool.length) {
      crypto().randomFillSync(pool);
      used = 0;
    }
    const id = pool.toString("base64url", used, (used += ID_BYTES));
    if (STARTS_WITH_LETTER.test(id)) return id;
  }
}
