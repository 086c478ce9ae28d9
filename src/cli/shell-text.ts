/** Texts of records as a shell and a terminal may have them. */
import type { Inspection } from "../verify/index.ts";

/** A command that computes a value by hand. */
export interface HandCommand {
  readonly what: string;
  /** For any POSIX shell with `sha256sum` and `xxd`. */
  readonly command: string;
  /** The hash that it prints. */
  readonly prints: string;
}

/** Control characters, and those that change the order or the place of what is shown. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const EACH_UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The text with what cannot be seen, or would steer a terminal, as in `\u{9b}`. */
export function printable(text: string): string {
  return text.replace(
    EACH_UNSEEN,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** A text for stdout: on a terminal nothing in it steers it; files and pipes get all of it as it is. */
export function onTerminal(text: string): string {
  return process.stdout.isTTY ? text.split(/\r?\n/).map(printable).join("\n") : text;
}

/** Commands for a commitment that can be opened, the leaf, and the first node of the path. */
export function handCommands({ fields, leaf, checkpoint }: Inspection): readonly HandCommand[] {
  const commands: HandCommand[] = [];
  const opened = fields.find(({ state }) => state === "opened");
  if (opened?.commitment && opened.salt !== null && opened.value !== null) {
    const { key, salt, value, commitment } = opened;
    commands.push({
      what: `the commitment of ${key}`,
      command: `${printf(`\\002${salt}${key}\\000`, value)} | sha256sum`,
      prints: commitment.hex,
    });
  }
  if (leaf !== null) {
    const command = `${printf("\\000", leaf.text.slice(1))} | sha256sum`;
    commands.push({ what: "the leaf", command, prints: leaf.digest.hex });
  }
  const reached = leaf?.signed ?? leaf?.digest;
  const [step] = checkpoint?.path ?? [];
  if (step === undefined || reached === undefined) return commands;
  const { side, sibling, joined } = step;
  const [left, right] = side === "left" ? [sibling.hex, reached.hex] : [reached.hex, sibling.hex];
  commands.push({
    what: "the first node above it",
    command: `printf '01%s%s' ${left} ${right} | xxd -r -p | sha256sum`,
    prints: joined.hex,
  });
  return commands;
}

/** @param start for the format of printf: letters, digits, `_`, `-` and octal escapes of three digits. */
function printf(start: string, text: string): string {
  if (!UNSEEN.test(text)) return `printf '${start}%s' ${quoted(text)}`;
  // Bytes that no terminal should see stand as octal escapes, which %b takes.
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replace(EACH_UNSEEN, (character) =>
      [...new TextEncoder().encode(character)]
        .map((byte) => `\\0${byte.toString(8).padStart(3, "0")}`)
        .join(""),
    );
  return `printf '${start}%b' ${quoted(escaped)}`;
}

/** A text as one word for any POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
