/**
 * The own `LoggerProvider` of an audit log, down to one function.
 *
 * In: drafts. Out: log records that went through the processors before `emit` returns. What a
 * processor throws comes out of `emit`.
 */
import { LoggerProvider, type LogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  ATTR_TIME,
  type AttributeValue,
  EVENT_NAME_PREFIX,
  type RecordAttributes,
  SCHEMA_URL,
  SCOPE_NAME,
} from "../event/index.ts";
import { hrTimeOfMicros, toResource } from "../otel/index.ts";
import { type Clock, toIsoMicros } from "../lib/clock.ts";
import type { Draft } from "../record/index.ts";

/** What {@link createEmitter} takes. */
export interface EmitterOptions {
  readonly resource: RecordAttributes;
  readonly clock: Clock;
  /** In the order in which they see a record. */
  readonly processors: readonly LogRecordProcessor[];
}

/** Creates the provider, and the function that emits through it. A draft is used up by it. */
export function createEmitter(options: EmitterOptions): (draft: Draft) => void {
  const { resource, clock, processors } = options;
  let attributes: Record<string, AttributeValue> = {};
  let time = "";
  // The draft's own object: what the SDK does to every attribute (a copy, and a check with a set of
  // its own for cycles) costs more memory than the record, and these are flat, plain and fresh.
  const filler: LogRecordProcessor = {
    onEmit(log) {
      attributes[ATTR_TIME] = time;
      // By name: its type says that the object stays.
      Reflect.set(log, "attributes", attributes);
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const provider = new LoggerProvider({
    resource: toResource(resource),
    processors: [filler, ...processors],
    // The limits of the environment cut without a mark: ours are applied where it is marked.
    logRecordLimits: { attributeCountLimit: Infinity, attributeValueLengthLimit: Infinity },
  });
  const logger = provider.getLogger(SCOPE_NAME, undefined, { schemaUrl: SCHEMA_URL });
  return (draft) => {
    const micros = clock.nowMicros();
    time = toIsoMicros(micros);
    ({ attributes } = draft);
    logger.emit({
      eventName: `${EVENT_NAME_PREFIX}${draft.action}`,
      timestamp: hrTimeOfMicros(micros),
      body: draft.body,
      context: draft.context,
    });
  };
}
