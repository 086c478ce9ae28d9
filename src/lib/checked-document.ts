/**
 * Documents that people write: YAML that fits a schema, or an error that says where it does not.
 *
 * In: a file, a text, or an object. Out: the document, and the way to say where something in it
 * stands. Promise: whatever is in it, it throws nothing but `AuditError`, and it ends.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { AuditError, messageOf } from "./errors.ts";
import { checkTrust } from "./file-trust.ts";
import { issueText } from "./schema-issue.ts";

/** A document that has the right shape, and the way to say where something in it stands. */
export interface LoadedDocument<T> {
  readonly document: T;
  /** `file:line:column` of a path into the document, or the name of the source. */
  readonly locate: (path: readonly PropertyKey[]) => string;
  /** The same for the name of a key in the map at a path. */
  readonly locateKey: (path: readonly PropertyKey[], key: string) => string;
  /** SHA-256 of the document's text, base64url. */
  readonly digest: string;
  /** Absolute path of the directory that file names in the document are relative to. */
  readonly directory: string;
}

/** A kind of document. */
export interface DocumentKind<T> {
  /** What it is, as in "audit policy". */
  readonly noun: string;
  readonly schema: z.ZodType<T>;
}

/** No policy is that long; what is would only cost time. */
const MAX_BYTES = 1_048_576;

/**
 * Reads a document from a file that only trusted users may write.
 *
 * @throws {AuditError} `unreadable`, `untrusted_file` for a file that others may write or own, and
 * `invalid_policy` with file, line and column.
 */
export function loadDocument<T>(
  kind: DocumentKind<T>,
  path: string,
  report: (line: string) => void,
): LoadedDocument<T> {
  try {
    checkTrust(path, report);
  } catch (error) {
    throw error instanceof AuditError ? error : unreadable(kind.noun, path, error);
  }
  return readDocument(kind, path);
}

/**
 * Reads a document from a file whoever may write it: to check it, never to follow it.
 *
 * @throws {AuditError} `unreadable` and `invalid_policy`.
 */
export function readDocument<T>(kind: DocumentKind<T>, path: string): LoadedDocument<T> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(kind.noun, path, error);
  }
  return documentOfText(kind, text, path);
}

function unreadable(noun: string, path: string, error: unknown): AuditError {
  return new AuditError("unreadable", `cannot read the ${noun} ${path}: ${messageOf(error)}`, {
    cause: error,
  });
}

/**
 * Reads a document from text.
 *
 * @param name what errors call it; of a path, the directory is what file names in it are relative to.
 * @throws {AuditError} `invalid_policy` with `name`, line and column.
 */
export function documentOfText<T>(
  kind: DocumentKind<T>,
  text: string,
  name: string,
): LoadedDocument<T> {
  if (text.length > MAX_BYTES) {
    throw new AuditError("invalid_policy", `${name}: is longer than ${MAX_BYTES} characters`);
  }
  const { value, locate, locateKey } = parseYaml(text, name);
  return {
    document: check(kind, value, { locate, locateKey }),
    locate,
    locateKey,
    digest: digestOf(text),
    directory: dirname(resolve(name)),
  };
}

type Locators = Pick<LoadedDocument<unknown>, "locate" | "locateKey">;

function parseYaml(text: string, name: string): Locators & { readonly value: unknown } {
  const lineCounter = new LineCounter();
  const place = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  let document: ReturnType<typeof parseDocument>;
  let value: unknown;
  try {
    document = parseDocument(text, { lineCounter, logLevel: "error" });
    const [broken] = document.errors;
    if (broken !== undefined) {
      const [message] = broken.message.split("\n");
      throw new AuditError("invalid_policy", `${place(broken.pos[0])}: ${message ?? "not YAML"}`);
    }
    value = document.toJS() as unknown;
  } catch (error) {
    // Nested too deeply, or aliases that grow without end.
    throw error instanceof AuditError
      ? error
      : new AuditError("invalid_policy", `${name}: ${messageOf(error)}`, { cause: error });
  }
  const locate = (path: readonly PropertyKey[]): string => {
    for (let depth = path.length; depth > 0; depth--) {
      const node: unknown = document.getIn(path.slice(0, depth), true);
      if (isNode(node)) return place(node.range?.[0] ?? 0);
    }
    return isNode(document.contents) ? place(document.contents.range?.[0] ?? 0) : `${name}:1:1`;
  };
  const locateKey = (path: readonly PropertyKey[], key: string): string => {
    const parent: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
    const pair = isMap(parent)
      ? parent.items.find(
          (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key,
        )
      : undefined;
    return pair !== undefined && isScalar(pair.key)
      ? place(pair.key.range?.[0] ?? 0)
      : locate(path);
  };
  return { value, locate, locateKey };
}

/**
 * The same for a document that the program made. File names in it are relative to the working directory.
 *
 * @param label what errors call it, as in `policy`.
 * @throws {AuditError} `invalid_policy` naming the place in the object.
 */
export function documentOfObject<T>(
  kind: DocumentKind<T>,
  value: unknown,
  label: string,
): LoadedDocument<T> {
  const locate = (path: readonly PropertyKey[]): string => [label, ...path.map(String)].join(".");
  const locateKey = (path: readonly PropertyKey[], key: string): string => locate([...path, key]);
  let document: T;
  try {
    document = check(kind, value, { locate, locateKey });
  } catch (error) {
    // A getter or a proxy may throw whatever it likes.
    throw error instanceof AuditError
      ? error
      : new AuditError("invalid_policy", `${label}: cannot be read: ${messageOf(error)}`, {
          cause: error,
        });
  }
  return {
    document,
    locate,
    locateKey,
    digest: digestOf(JSON.stringify(document)),
    directory: resolve("."),
  };
}

function check<T>(kind: DocumentKind<T>, value: unknown, locators: Locators): T {
  const parsed = kind.schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AuditError(
    "invalid_policy",
    issueText(parsed.error.issues, value, { ...kind, ...locators }),
  );
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
