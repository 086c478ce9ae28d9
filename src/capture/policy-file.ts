import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import { AuditError, messageOf } from "../lib/errors.ts";
import type { PolicyDocument } from "./policy-document.ts";
import { issueText } from "./policy-issue.ts";
import { policySchema } from "./policy-schema.ts";
import { checkTrust } from "./policy-trust.ts";

/** A policy that has the right shape, and the way to say where something in it stands. */
export interface LoadedPolicy {
  readonly document: PolicyDocument;
  /** `file:line:column` of a path into the document, or the name of the source. */
  readonly locate: (path: readonly PropertyKey[]) => string;
  /** The same for the name of a key in the map at a path. */
  readonly locateKey: (path: readonly PropertyKey[], key: string) => string;
  /** SHA-256 of the policy's text, base64url. */
  readonly digest: string;
  /** Absolute path of the directory that file names in the policy are relative to. */
  readonly directory: string;
}

/** No policy is that long; what is would only cost time. */
const MAX_POLICY_BYTES = 1_048_576;

/**
 * Reads an audit policy from a file.
 *
 * @throws {AuditError} `unreadable`, `untrusted_file` for a file that others may write or own, and
 * `invalid_policy` with file, line and column.
 */
export function loadPolicyFile(path: string, report: (line: string) => void): LoadedPolicy {
  let text: string;
  try {
    checkTrust(path, report);
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw unreadable(path, error);
  }
  return parsePolicy(text, path);
}

/**
 * Reads an audit policy from a file whoever may write it: to check it, never to follow it.
 *
 * @throws {AuditError} `unreadable` and `invalid_policy`.
 */
export function readPolicyFile(path: string): LoadedPolicy {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, error);
  }
  return parsePolicy(text, path);
}

function unreadable(path: string, error: unknown): AuditError {
  return new AuditError("unreadable", `cannot read the audit policy ${path}: ${messageOf(error)}`, {
    cause: error,
  });
}

/**
 * Reads an audit policy from text.
 *
 * @param name what errors call it; of a path, the directory is what file names in it are relative to.
 * @throws {AuditError} `invalid_policy` with `name`, line and column.
 */
export function parsePolicy(text: string, name: string): LoadedPolicy {
  if (text.length > MAX_POLICY_BYTES) {
    throw new AuditError(
      "invalid_policy",
      `${name}: is longer than ${MAX_POLICY_BYTES} characters`,
    );
  }
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
  return {
    document: check(value, locate, locateKey),
    locate,
    locateKey,
    digest: digestOf(text),
    directory: dirname(resolve(name)),
  };
}

/**
 * The same for a policy that the program made. File names in it are relative to the working directory.
 *
 * @throws {AuditError} `invalid_policy` naming the place in the object.
 */
export function policyOfObject(value: unknown): LoadedPolicy {
  const locate = (path: readonly PropertyKey[]): string =>
    ["policy", ...path.map(String)].join(".");
  const locateKey = (path: readonly PropertyKey[], key: string): string => locate([...path, key]);
  let document: PolicyDocument;
  try {
    document = check(value, locate, locateKey);
  } catch (error) {
    // A getter or a proxy may throw whatever it likes.
    throw error instanceof AuditError
      ? error
      : new AuditError("invalid_policy", `policy: cannot be read: ${messageOf(error)}`, {
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

function check(
  value: unknown,
  locate: LoadedPolicy["locate"],
  locateKey: LoadedPolicy["locateKey"],
): PolicyDocument {
  const parsed = policySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AuditError(
    "invalid_policy",
    issueText(parsed.error.issues, value, { locate, locateKey }),
  );
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
