import type { Block, Found } from "./block.ts";
import { decodeFive } from "./forms/five.ts";
import { decodeJsonArray } from "./forms/json-array.ts";
import { decodeJsonLines } from "./forms/json-lines.ts";
import { decodeLoki } from "./forms/loki.ts";
import { decodeOtlp } from "./forms/otlp.ts";
import { decodeVictoriaLogs } from "./forms/victoria-logs.ts";

/** {@link decodeBlock} where there is no Node: every form but `csv`, of which it says that it does not read it, unless it is a view of five keys. */
export function decodeJsonBlock(block: Block): Iterable<Found> {
  if (block.isWithoutIds === true) return decodeFive(block);
  switch (block.form) {
    case "json-lines":
      return decodeJsonLines(block);
    case "json-array":
      return decodeJsonArray(block);
    case "otlp":
      return decodeOtlp(block);
    case "victorialogs":
      return decodeVictoriaLogs(block);
    case "loki":
      return decodeLoki(block);
    default:
      return [{ kind: "problem", message: "CSV is not read here", line: block.firstLine }];
  }
}
