import { createCsvRows, CSV_HEADER, decodeCsvRows } from "../../format/index.ts";
import { openAppendedView } from "./appended-view.ts";
import { CSV_VIEW, RESULTS, type View, type ViewOptions } from "./view.ts";

/** Opens the CSV view: a row per result, oldest first, appended. */
export function openCsvView(options: ViewOptions): View {
  return openAppendedView(options, {
    file: CSV_VIEW,
    stateName: "csv",
    header: CSV_HEADER,
    shows: RESULTS,
    createRows: createCsvRows,
    decodeRows: decodeCsvRows,
  });
}
