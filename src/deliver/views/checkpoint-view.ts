import { decodeJsonLine, type DecodedRow } from "../../format/index.ts";
import { openAppendedView, type Rows } from "./appended-view.ts";
import { CHECKPOINT_VIEW, CHECKPOINTS, type View, type ViewOptions } from "./view.ts";

/**
 * Opens the view of the checkpoints: their lines as they stand in the journals, in the order in which
 * they were read, appended. Whoever has it beside a copy of the other views can verify those.
 */
export function openCheckpointView(options: ViewOptions): View {
  return openAppendedView(options, {
    file: CHECKPOINT_VIEW,
    stateName: "checkpoints",
    header: "",
    shows: CHECKPOINTS,
    createRows: createLines,
    decodeRows: decodeLines,
  });
}

function createLines(): Rows {
  let lines: Uint8Array[] = [];
  return {
    add: (line, start, end) => void lines.push(line.subarray(start, end), LINE_END),
    take() {
      const bytes = Buffer.concat(lines);
      lines = [];
      return bytes;
    },
  };
}

const LINE_END = Buffer.from("\n");

/** Whole lines; throws where one is no record. */
function decodeLines(text: string): readonly DecodedRow[] {
  let endBytes = 0;
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      endBytes += Buffer.byteLength(line) + 1;
      return { record: decodeJsonLine(line), endBytes };
    });
}
