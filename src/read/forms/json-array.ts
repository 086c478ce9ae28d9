/** A JSON array of flat records: the JSON view, however it was laid out since. */
import { type Block, type Found, MAX_DEPTH } from "../block.ts";
import { flatFound } from "../flat-record.ts";
import { decodeElements, type Element } from "./elements.ts";

/** What stands in the items. */
export function decodeJsonArray(block: Block): Generator<Found> {
  return decodeElements(block, { maxDepth: MAX_DEPTH, begins: '{"timestamp":', decode });
}

function* decode({ value, text, doubts, line }: Element): Generator<Found> {
  const messages = doubts.map(({ message }) => message);
  yield flatFound(value, { line, doubts: messages, text: () => text });
}
