/** The client certificate of a call: only a verified one counts. */
import type { CallFacts } from "./grpc-types.ts";

/** What is known of a caller's certificate; nothing of both where none was shown. */
export interface Certificate {
  /** Node's `PeerCertificate`, verified. */
  readonly certificate?: object;
  /** Why the one that was shown does not count. */
  readonly problem?: string;
}

const NONE: Certificate = {};

/** Reading a certificate costs more than a record: once a connection is enough. */
const known = new WeakMap<object, Certificate>();

/**
 * The certificate of a call's connection.
 *
 * A server may ask for certificates without insisting on a valid one; grpc-js 1.14.0 then hands out
 * a self-signed one as if it were verified. So the connection itself is asked.
 */
export function certificateOf(call: CallFacts): Certificate {
  try {
    const session = sessionOf(call);
    if (session === undefined) return withoutConnection(call);
    const found = known.get(session) ?? readCertificate(property(session, "socket"));
    known.set(session, found);
    return found;
  } catch {
    // The connection is gone.
    return NONE;
  }
}

function readCertificate(socket: unknown): Certificate {
  const read = property(socket, "getPeerCertificate");
  if (typeof read !== "function") return NONE;
  const certificate: unknown = read.call(socket);
  if (property(certificate, "raw") === undefined) return NONE;
  if (property(socket, "authorized") === true) return { certificate: certificate as object };
  const reason = property(socket, "authorizationError");
  const code = property(reason, "code") ?? reason;
  return {
    problem: `the client certificate is not verified${typeof code === "string" ? ` (${code})` : ""}`,
  };
}

/** Whoever stands before grpc-js may hide the connection: then nobody can say that it was verified. */
function withoutConnection(call: CallFacts): Certificate {
  return property(call.getAuthContext?.(), "sslPeerCertificate") === undefined
    ? NONE
    : { problem: "the client certificate cannot be verified: its connection is not to be seen" };
}

/** Server interceptors stand between the call and its HTTP/2 stream, one behind the other. */
const MAX_INTERCEPTORS = 1000;

function sessionOf(call: CallFacts): object | undefined {
  let inner = property(call, "call");
  for (let depth = 0; depth < MAX_INTERCEPTORS; depth++) {
    const next = property(inner, "nextCall");
    if (next === undefined) break;
    inner = next;
  }
  const session = property(property(inner, "stream"), "session");
  return typeof session === "object" && session !== null ? session : undefined;
}

/** A field that the certificate has exactly once, as `subject.CN` or `san.uri`. */
export function certificateField(
  certificate: object | undefined,
  field: string,
): { readonly values: readonly string[] } {
  const [part, name = ""] = field.split(".");
  if (part === "subject") {
    const subject = property(certificate, "subject");
    const value =
      typeof subject === "object" && subject !== null && Object.hasOwn(subject, name)
        ? property(subject, name)
        : undefined;
    // A subject with two CNs has a list here.
    return { values: (Array.isArray(value) ? (value as unknown[]) : [value]).filter(isText) };
  }
  const prefix = name === "email" ? "email:" : `${name.toUpperCase()}:`;
  const text = property(certificate, "subjectaltname");
  return {
    values: splitAltNames(typeof text === "string" ? text : "")
      .filter((entry) => entry.startsWith(prefix))
      .map((entry) => entry.slice(prefix.length))
      .filter(isText),
  };
}

/** An entry with special characters is a JSON string after its prefix; a comma in it ends nothing. */
const ALT_NAME = /(?:[^",]|,(?! )|"(?:[^"\\]|\\.)*")+/g;

function splitAltNames(text: string): readonly string[] {
  return (text.match(ALT_NAME) ?? []).map((entry) => {
    const [, kind = "", quoted = ""] = /^\s*([^:"]+:)("(?:[^"\\]|\\.)*")$/.exec(entry) ?? [];
    if (quoted === "") return entry.trim();
    try {
      return `${kind}${String(JSON.parse(quoted))}`;
    } catch {
      return "";
    }
  });
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
