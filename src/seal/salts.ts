import { randomBytes } from "node:crypto";
import { SALT_CHARACTERS } from "./field-seals.ts";

/** Asking for random bytes costs more than the bytes: one request serves this many salts. */
const SALTS_PER_REQUEST = 1024;
const BITS_PER_CHARACTER = 6;

let pool = "";
let used = 0;

/** A new salt: 22 random characters of base64url, 132 bits. */
export function newSalt(): string {
  if (used === pool.length) {
    const characters = SALTS_PER_REQUEST * SALT_CHARACTERS;
    pool = randomBytes((characters * BITS_PER_CHARACTER) / 8).toString("base64url");
    used = 0;
  }
  return pool.slice(used, (used += SALT_CHARACTERS));
}
