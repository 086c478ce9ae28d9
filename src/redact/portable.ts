/** The part of this room that runs in a browser too. */
export { MASK } from "./mask.ts";
