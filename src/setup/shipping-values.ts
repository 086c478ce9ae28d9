/** Values of the shipping options, checked where a wrong one can still stop the start. */
import { AuditError } from "../lib/errors.ts";
import { type Environment, variable } from "./environment.ts";
import type { OtlpProtocol } from "./shipping-options.ts";

/** A day: timers of Node hold no more than 24 of them. */
const MAX_TIMEOUT_MILLIS = 86_400_000;

/**
 * Milliseconds of a variable; undefined where it is not set.
 *
 * @throws {AuditError} `invalid_option` naming the variable.
 */
export function timeoutVariable(env: Environment, name: string): number | undefined {
  const text = variable(env, name);
  return text === undefined ? undefined : checkTimeout(Number(text), name);
}

/**
 * Milliseconds that a timer of Node can wait.
 *
 * @param name of the option or variable, for errors.
 * @throws {AuditError} `invalid_option`.
 */
export function checkTimeout(millis: number, name: string): number {
  if (!Number.isInteger(millis) || millis < 1 || millis > MAX_TIMEOUT_MILLIS) {
    throw new AuditError(
      "invalid_option",
      `${name} must be whole milliseconds from 1 to ${MAX_TIMEOUT_MILLIS}; it is ${JSON.stringify(millis)}`,
    );
  }
  return millis;
}

/**
 * The URL to which log records go, of a base URL.
 *
 * @param name of the option or variable, for errors.
 * @throws {AuditError} `invalid_option`.
 */
export function logsUrl(base: string, name: string): string {
  const url = new URL(checkUrl(base, name));
  const path = url.pathname.replace(/\/+$/, "");
  // Whoever gives the full URL means the same.
  url.pathname = path.endsWith("/v1/logs") ? path : `${path}/v1/logs`;
  return url.href;
}

/**
 * An http or https URL without credentials, as it is sent to.
 *
 * @param name of the option or variable, for errors.
 * @throws {AuditError} `invalid_option`; it never quotes credentials.
 */
export function checkUrl(text: string, name: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new AuditError(
      "invalid_option",
      `${name} must be an http or https URL, as in http://127.0.0.1:4318; it is ${JSON.stringify(text.replace(/^.*@/s, "****@"))}`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new AuditError(
      "invalid_option",
      `${name} has a user or password in it (…@${url.host}): leave it out, and send it in a header (authorization)`,
    );
  }
  return url.href;
}

/** A host and maybe a port, and no scheme. */
const GRPC_TARGET = /^(?:\[[\da-f:.]+\]|[^\s:/?#@[\]]+)(?::\d+)?$/i;

/**
 * The URL of an endpoint of the standard variables. For gRPC it may have no scheme: then it is
 * TLS unless `isInsecure` (OTLP exporter specification, "Configuration Options").
 */
export function withScheme(endpoint: string, protocol: OtlpProtocol, isInsecure: boolean): string {
  const isTarget = protocol === "grpc" && GRPC_TARGET.test(endpoint);
  return isTarget ? `${isInsecure ? "http" : "https"}://${endpoint}` : endpoint;
}

/**
 * Headers of a variable: `key=value,key=value`, values percent-encoded (OTLP exporter specification,
 * W3C baggage); empty members are passed over. None where it is not set.
 *
 * @throws {AuditError} `invalid_option`; it never quotes a value.
 */
export function headersVariable(
  env: Environment,
  name: string,
  protocol: OtlpProtocol,
): Readonly<Record<string, string>> {
  const text = variable(env, name);
  if (text === undefined) return {};
  const headers: Record<string, string> = {};
  for (const entry of text.split(",")) {
    if (entry.trim() === "") continue;
    const equals = entry.indexOf("=");
    if (equals <= 0) {
      // The value is not shown: headers carry credentials.
      throw new AuditError("invalid_option", `${name} must be key=value,key=value`);
    }
    const value = entry.slice(equals + 1).trim();
    headers[entry.slice(0, equals).trim()] = decodePercent(value);
  }
  return checkHeaders(headers, name, protocol);
}

/** RFC 9110, section 5.6.2: what a header name is made of. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110, section 5.5: what a header value may have. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** gRPC over HTTP/2, "Custom-Metadata": names are sent in lower case. */
const METADATA_NAME = /^[0-9a-z_.-]+$/i;
const METADATA_VALUE = /^[\x20-\x7e]*$/;

/**
 * Headers that can be sent: one that cannot would fail with every request, for ever.
 *
 * @param from name of the option or variable, for errors.
 * @throws {AuditError} `invalid_option`; it never quotes a value.
 */
export function checkHeaders(
  headers: Readonly<Record<string, string>>,
  from: string,
  protocol: OtlpProtocol,
): Readonly<Record<string, string>> {
  const problemOf = protocol === "grpc" ? metadataProblem : headerProblem;
  for (const [name, value] of Object.entries(headers)) {
    const problem = problemOf(name, value);
    if (problem !== undefined) throw new AuditError("invalid_option", `${from}: ${problem}`);
  }
  return headers;
}

function headerProblem(name: string, value: string): string | undefined {
  if (!HEADER_NAME.test(name)) return `${JSON.stringify(name)} is no header name`;
  if (HEADER_VALUE.test(value)) return undefined;
  return `the value of ${JSON.stringify(name)} has characters that no header may have`;
}

function metadataProblem(name: string, value: string): string | undefined {
  const shown = JSON.stringify(name);
  if (!METADATA_NAME.test(name))
    return `${shown} is no name of gRPC metadata: letters, digits, _, - and . only`;
  if (/-bin$/i.test(name))
    return `${shown} ends in -bin, which gRPC keeps for binary values: use another name`;
  if (METADATA_VALUE.test(value)) return undefined;
  return `the value of ${shown} has characters that gRPC metadata may not have: visible ASCII and spaces only`;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
