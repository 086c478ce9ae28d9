import type { BodyValue } from "../event/index.ts";

/** The messages of a call in plain form, as a path sees them. */
export interface CallMessages {
  readonly request?: BodyValue;
  readonly response?: BodyValue;
}

/** One step into a message: a field under the names it may have, and its place in a list. */
export interface PathSegment {
  /** As the path says it. */
  readonly name: string;
  /** The same in camelCase, or in snake_case where the path is camelCase; else undefined. */
  readonly alias: string | undefined;
  /** Place in a list; undefined where the segment is no number. */
  readonly index: number | undefined;
}

/** A place in a message: `request.parameters` is the field `parameters` of the request. */
export interface MessagePath {
  readonly root: "request" | "response";
  readonly segments: readonly PathSegment[];
}

const PATH = /^(request|response)(\.[^.]+)*$/;

/** The path that a text stands for, or undefined when the text is a literal. */
export function parseMessagePath(text: string): MessagePath | undefined {
  if (!PATH.test(text)) return undefined;
  const [root, ...rest] = text.split(".");
  return {
    root: root === "response" ? "response" : "request",
    segments: rest.map((name) => ({
      name,
      alias: aliasOf(name),
      index: /^\d+$/.test(name) ? Number(name) : undefined,
    })),
  };
}

/** Generated code names a field as the .proto does, or in camelCase: both are asked for. */
function aliasOf(name: string): string | undefined {
  const camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  if (camel !== name) return camel;
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return snake === name ? undefined : snake;
}

/**
 * What stands at a path. A segment names a field in snake_case or camelCase; on a list it is an
 * index, or is taken of every item. Undefined where there is nothing.
 */
export function selectPath(messages: CallMessages, path: MessagePath): BodyValue | undefined {
  let value: BodyValue | undefined = messages[path.root];
  for (const segment of path.segments) value = step(value, segment);
  return value;
}

function step(value: BodyValue | undefined, segment: PathSegment): BodyValue | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (isList(value)) {
    if (segment.index !== undefined) return value[segment.index];
    const found = value.map((item) => step(item, segment)).filter((item) => item !== undefined);
    return found.length === 0 ? undefined : found;
  }
  if (Object.hasOwn(value, segment.name)) return value[segment.name];
  return segment.alias !== undefined && Object.hasOwn(value, segment.alias)
    ? value[segment.alias]
    : undefined;
}

function isList(value: BodyValue): value is readonly BodyValue[] {
  return Array.isArray(value);
}

/**
 * Whether a field is in the message, empty or not. Libraries fill in null for a message that was not
 * sent; fields that are neither messages nor `optional` nor of a `oneof` they may fill in otherwise.
 */
export function isSent(value: BodyValue | undefined): boolean {
  return value !== undefined && value !== null;
}

/**
 * Whether there is something in a field: not in undefined, null, "" and empty lists and maps. 0 and
 * false are something, because a message cannot tell them from a default.
 */
export function isPresent(value: BodyValue | undefined): boolean {
  if (value === undefined || value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
