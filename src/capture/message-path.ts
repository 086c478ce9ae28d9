import type { BodyValue } from "../event/index.ts";

/** The messages of a call in plain form, as a path sees them. */
export interface CallMessages {
  readonly request?: BodyValue;
  readonly response?: BodyValue;
}

/** A place in a message: `request.parameters` is `["request", "parameters"]`. */
export type MessagePath = readonly ["request" | "response", ...string[]];

const PATH = /^(request|response)(\.[^.]+)*$/;

/** The path that a text stands for, or undefined when the text is a literal. */
export function parseMessagePath(text: string): MessagePath | undefined {
  if (!PATH.test(text)) return undefined;
  const [root, ...rest] = text.split(".");
  return [root === "response" ? "response" : "request", ...rest];
}

/**
 * What stands at a path. A segment names a field as the message has it, or its camelCase form; on a
 * list it is an index, or is taken of every item. Undefined where there is nothing.
 */
export function selectPath(messages: CallMessages, path: MessagePath): BodyValue | undefined {
  const [root, ...segments] = path;
  let value: BodyValue | undefined = messages[root];
  for (const segment of segments) value = step(value, segment);
  return value;
}

function step(value: BodyValue | undefined, segment: string): BodyValue | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (isList(value)) {
    if (/^\d+$/.test(segment)) return value[Number(segment)];
    const found = value.map((item) => step(item, segment)).filter((item) => item !== undefined);
    return found.length === 0 ? undefined : found;
  }
  if (Object.hasOwn(value, segment)) return value[segment];
  const camel = segment.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return Object.hasOwn(value, camel) ? value[camel] : undefined;
}

function isList(value: BodyValue): value is readonly BodyValue[] {
  return Array.isArray(value);
}

/**
 * Whether a field was sent: undefined, null, "" and empty lists and maps were not. 0 and false
 * count as sent, because a message cannot tell them from a default.
 */
export function isPresent(value: BodyValue | undefined): boolean {
  if (value === undefined || value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
