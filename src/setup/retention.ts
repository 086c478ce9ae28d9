import {
  createRetention,
  type Purge,
  type Retention,
  type ViewFormat,
  type ViewShape,
} from "../deliver/index.ts";
import { type AnyEvent, RETENTION_PURGE } from "../event/index.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Report } from "./line-writer.ts";

/** What retention needs of an audit log. */
export interface RetentionParts {
  readonly directory: string;
  readonly stream: string;
  readonly shape: ViewShape;
  readonly report: Report;
  /** Records an event; resolves when it is durable. */
  readonly record: (event: AnyEvent) => Promise<void>;
}

/** Deletes what the options say is kept for long enough; where they say nothing, only stale lock files. */
export function openRetention(options: ResolvedOptions, parts: RetentionParts): Retention {
  const { directory, stream, shape, report, record } = parts;
  const { retainMillis, maxBytes } = options.journal;
  return createRetention({
    directory,
    ownStream: stream,
    rules: { retainMillis, maxBytes, isShipping: options.shipping !== undefined },
    keptViews: viewsOf(options.format, shape),
    report,
    record: (purge) => record(purgeEvent(purge)),
  });
}

function purgeEvent({ segments, until, records, policy }: Purge): AnyEvent {
  return {
    action: RETENTION_PURGE,
    actor: { id: "otel-audit", type: "system" },
    target: { type: "journal" },
    details: { scope: { segments }, until, records_affected: records, policy },
  };
}

/** Names that the states of the views have. */
function viewsOf(format: ResolvedOptions["format"], shape: ViewShape): readonly string[] {
  if (format === "journal" || format === "none") return [];
  const formats: readonly Exclude<ViewFormat, "both">[] =
    format === "both" ? ["json", "csv"] : [format];
  return shape === "five" ? formats.map((name) => `five-${name}`) : [...formats, "checkpoints"];
}
