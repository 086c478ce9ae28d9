/**
 * Writes the redaction of the process into a Collector's configuration.
 *
 * In: the text of a configuration with the two marks, and a redaction policy. Out: the same text
 * with other lines between the marks. Promise: nothing outside of the marks changes, and the same
 * policy always gives the same bytes, so that `--check` can compare.
 */
import { AuditError } from "../lib/errors.ts";
import { collectorRedaction, type RedactionPolicy } from "../redact/index.ts";
import { redactionLines } from "./redaction-processors.ts";

/** Stands before the processors that {@link renderConfiguration} writes. */
export const BEGIN_MARK = "# >>> redaction: written by `otel-audit collector render`, not by hand";
/** Stands behind them. */
export const END_MARK = "# <<< redaction";

/** A configuration with the redaction of a policy. */
export interface Rendered {
  readonly text: string;
  /** What the Collector does otherwise than the process, a sentence each. */
  readonly differences: readonly string[];
}

/**
 * The configuration with the redaction of a policy between its marks.
 *
 * @param policy undefined: the built-in rules alone.
 * @param file what errors call the configuration.
 * @throws {AuditError} `unreadable` where a mark is missing, or stands there twice.
 */
export function renderConfiguration(
  text: string,
  policy: RedactionPolicy | undefined,
  file: string,
): Rendered {
  const begin = lineOf(text, BEGIN_MARK, file);
  const end = lineOf(text, END_MARK, file);
  if (end.start < begin.end) {
    throw new AuditError(
      "unreadable",
      `${file}: ${JSON.stringify(END_MARK)} stands before ${JSON.stringify(BEGIN_MARK)}: put them around the redaction processors, in this order`,
    );
  }
  const { lines, differences } = renderProcessors(policy, begin.indent);
  return { text: text.slice(0, begin.end) + lines + text.slice(end.start), differences };
}

/** The processors alone, as a configuration that can be given to the Collector beside another. */
export function renderOverlay(policy: RedactionPolicy | undefined): Rendered {
  const { lines, differences } = renderProcessors(policy, 2);
  return { text: `processors:\n  ${BEGIN_MARK}\n${lines}  ${END_MARK}\n`, differences };
}

function renderProcessors(
  policy: RedactionPolicy | undefined,
  indent: number,
): { readonly lines: string; readonly differences: readonly string[] } {
  const redaction = collectorRedaction(policy);
  const blanks = " ".repeat(indent);
  const head = [
    policy === undefined
      ? "From the built-in rules, without a policy."
      : "From the built-in rules and a redaction policy.",
    "What the Collector does otherwise than the process:",
    ...redaction.differences.map((difference) => `- ${difference}`),
  ];
  const comments = head.map((line) => `${blanks}# ${line}\n`).join("");
  return {
    lines: `${comments}\n${redactionLines(redaction, indent)}`,
    differences: redaction.differences,
  };
}

interface Line {
  readonly start: number;
  /** Behind its line end. */
  readonly end: number;
  readonly indent: number;
}

/** Where a mark stands as a line of its own. */
function lineOf(text: string, mark: string, file: string): Line {
  const lines = [...text.matchAll(/^( *)(.*)\r?\n/gm)].filter(([, , content]) => content === mark);
  const [line] = lines;
  if (line === undefined || lines.length > 1) {
    throw new AuditError(
      "unreadable",
      `${file}: ${JSON.stringify(mark)} stands there ${lines.length} times as a line of its own, not once: ` +
        "copy both marks, and what is between them, from collector-config/config.yaml",
    );
  }
  return { start: line.index, end: line.index + line[0].length, indent: (line[1] ?? "").length };
}
