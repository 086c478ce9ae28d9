import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { isMap, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { AuditError, messageOf } from "../lib/errors.ts";
import { type PolicyDocument, policySchema } from "./policy-schema.ts";

/** A policy that has the right shape, and the way to say where something in it stands. */
export interface LoadedPolicy {
  readonly document: PolicyDocument;
  /** `file:line:column` of a path into the document, or the name of the source. */
  readonly locate: (path: readonly PropertyKey[]) => string;
  /** SHA-256 of the policy's text, base64url. */
  readonly digest: string;
}

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
    throw new AuditError(
      "unreadable",
      `cannot read the audit policy ${path}: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
  return parsePolicy(text, path);
}

/**
 * Reads an audit policy from text.
 *
 * @throws {AuditError} `invalid_policy` with `name`, line and column.
 */
export function parsePolicy(text: string, name: string): LoadedPolicy {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, logLevel: "error" });
  const place = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const broken = document.errors[0];
  if (broken !== undefined) {
    const [message] = broken.message.split("\n");
    throw new AuditError("invalid_policy", `${place(broken.pos[0])}: ${message ?? "not YAML"}`);
  }
  const locate = (path: readonly PropertyKey[]): string => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true);
      if (isNode(node)) return place(node.range?.[0] ?? 0);
    }
    return name;
  };
  const keyPlace = (path: readonly PropertyKey[], key: string): string => {
    const parent = path.length === 0 ? document.contents : document.getIn(path, true);
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key)
      : undefined;
    return pair !== undefined && isScalar(pair.key)
      ? place(pair.key.range?.[0] ?? 0)
      : locate(path);
  };
  let value: unknown;
  try {
    value = document.toJS() as unknown;
  } catch (error) {
    throw new AuditError("invalid_policy", `${name}: ${messageOf(error)}`);
  }
  return { document: check(value, locate, keyPlace), locate, digest: digestOf(text) };
}

/**
 * The same for a policy that the program made.
 *
 * @throws {AuditError} `invalid_policy` naming the place in the object.
 */
export function policyOfObject(value: unknown): LoadedPolicy {
  const locate = (path: readonly PropertyKey[]): string =>
    ["policy", ...path.map(String)].join(".");
  return {
    document: check(value, locate, locate),
    locate,
    digest: digestOf(JSON.stringify(value)),
  };
}

function check(
  value: unknown,
  locate: (path: readonly PropertyKey[]) => string,
  keyPlace: (path: readonly PropertyKey[], key: string) => string,
): PolicyDocument {
  const parsed = policySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = deepestIssue(parsed.error.issues);
  if (issue === undefined) throw new AuditError("invalid_policy", `${locate([])}: not a policy`);
  const where = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    throw new AuditError(
      "invalid_policy",
      `${keyPlace(issue.path, key)}: unknown key ${JSON.stringify(key)}${where === "" ? "" : ` in ${where}`}`,
    );
  }
  throw new AuditError(
    "invalid_policy",
    `${locate(issue.path)}: ${where === "" ? "the policy" : where}: ${issue.message}`,
  );
}

type Issue = z.core.$ZodIssue;

/** Of the branches of a union, the one that got furthest tells what was meant. */
function deepestIssue(issues: readonly Issue[]): Issue | undefined {
  const flat = issues.flatMap((issue): readonly Issue[] => {
    if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
    const inner = issue.errors
      .map((branch) => deepestIssue(branch))
      .filter((found): found is Issue => found !== undefined)
      .map((found): Issue => ({ ...found, path: [...issue.path, ...found.path] }));
    const deepest = inner.toSorted((left, right) => right.path.length - left.path.length)[0];
    return deepest !== undefined && deepest.path.length > issue.path.length ? [deepest] : [issue];
  });
  // A key that nobody knows is often the reason why another one is missing.
  return flat.find((issue) => issue.code === "unrecognized_keys") ?? flat[0];
}

function isNode(value: unknown): value is { readonly range?: readonly number[] | null } {
  return typeof value === "object" && value !== null && "range" in value;
}

/** Who may write the policy decides what is audited: others may not. */
function checkTrust(path: string, report: (line: string) => void): void {
  if (process.platform === "win32") return;
  const { mode, uid } = statSync(path);
  const own = process.getuid?.() ?? uid;
  if (uid !== own && uid !== 0) {
    throw new AuditError(
      "untrusted_file",
      `${path} belongs to user ${uid}, not to ${own} or root: chown it`,
    );
  }
  if ((mode & 0o002) !== 0) {
    throw new AuditError(
      "untrusted_file",
      `${path} may be written by everybody: chmod o-w ${path}`,
    );
  }
  if ((mode & 0o020) !== 0) report(`${path} may be written by its group: chmod g-w ${path}`);
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
