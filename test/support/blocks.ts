import type { Block, Form } from "otel-audit/read";

/** A whole file as one block. */
export function blockOf(form: Form, text: string | Uint8Array): Block {
  const bytes = Uint8Array.from(typeof text === "string" ? new TextEncoder().encode(text) : text);
  return { file: "file", form, firstLine: 1, bytes, isEnded: bytes.at(-1) === 0x0a };
}
