import { ExperimentError } from "./experiment-error.ts";

/** One picture, text or row of the data set. */
export interface Sample {
  readonly id: string;
  /** The data split it belongs to: train, val or test. */
  readonly origin: string;
  readonly tags: Set<string>;
  discarded: boolean;
}

/**
 * Which samples a query means. A query is `<field> = <value>`, several of them joined by `and`;
 * fields are `origin`, `tag` and `discarded`.
 *
 * @throws ExperimentError `invalid` if the text is no query.
 */
export function parseQuery(text: string): (sample: Sample) => boolean {
  const conditions = text
    .trim()
    .split(/\s+and\s+/)
    .map(parseCondition);
  return (sample) => conditions.every((holds) => holds(sample));
}

function parseCondition(text: string): (sample: Sample) => boolean {
  const [, field, value] = /^(\w+)\s*=\s*([\w-]+)$/.exec(text) ?? [];
  if (field === undefined || value === undefined) throw unexpectedToken(text);
  switch (field) {
    case "origin":
      return (sample) => sample.origin === value;
    case "tag":
      return (sample) => sample.tags.has(value);
    case "discarded":
      return (sample) => String(sample.discarded) === value;
    default:
      throw unexpectedToken(field);
  }
}

function unexpectedToken(text: string): ExperimentError {
  return new ExperimentError("invalid", `Invalid query syntax: unexpected token "${text}"`);
}
