import { stringWidth } from "../lib/late-packages.ts";

const ONE_COLUMN_EACH = /^[ -~]*$/;

/** How many columns of a terminal a text takes: wide characters take two, joined ones one. */
export function textWidth(text: string): number {
  return ONE_COLUMN_EACH.test(text) ? text.length : stringWidth(text);
}
