/** Control characters, those that change the order or the place of what is shown, and lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff]/gu;

/** What a file says must not steer a terminal, nor turn around what stands beside it. */
export function withoutControls(text: string): string {
  return text.replace(UNSEEN, " ");
}
