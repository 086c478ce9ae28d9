import {
  createViewWriter,
  type ShipThread,
  startShipThread,
  type ViewShape,
  type ViewWriter,
} from "../deliver/index.ts";
import type { FileChange } from "../event/index.ts";
import type { Report } from "./line-writer.ts";
import type { OpenJournal } from "./open-journal.ts";
import type { ResolvedOptions } from "./options.ts";
import { plainTextWarning } from "./shipping-options.ts";

/** What reads the journal of an audit log and goes outward from there. */
export interface Outward {
  readonly views: ViewWriter | undefined;
  readonly shipper: ShipThread | undefined;
  /** There is something new. */
  readonly wake: () => void;
}

/** What {@link openOutward} takes beside the options of the audit log. */
export interface OutwardParts {
  readonly directory: string;
  readonly shape: ViewShape;
  readonly opened: OpenJournal;
  readonly report: Report;
  /** Somebody else did something to a view. */
  readonly fileChanged: (change: FileChange) => void;
}

/** Starts the views and the shipper that the options ask for. */
export function openOutward(options: ResolvedOptions, parts: OutwardParts): Outward {
  const { directory, shape, opened, report, fileChanged } = parts;
  const { format, shipping } = options;
  const { reserveBytes } = options.journal;
  const views =
    format === "journal" || format === "none" || !opened.isOnDisk
      ? undefined
      : createViewWriter({ directory, format, shape, reserveBytes, report, fileChanged });
  let shipper: ShipThread | undefined;
  if (shipping !== undefined) {
    report(`audit records are sent to ${new URL(shipping.url).host}`);
    const warning = plainTextWarning(shipping);
    if (warning !== undefined) report(warning);
    const { stream } = opened.journal;
    shipper = startShipThread({ from: opened.memory ?? directory, stream, shipping, report });
  }
  return {
    views,
    shipper,
    wake() {
      views?.wake();
      shipper?.wake();
    },
  };
}
