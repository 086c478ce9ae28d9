/** Where audit records are sent, if anywhere. */
import { AuditError } from "../lib/errors.ts";
import { choice, type Environment, variable } from "./environment.ts";

/** How records are sent to an OTLP endpoint. */
export type OtlpProtocol = "http/json" | "http/protobuf";

/** All of them. */
export const PROTOCOLS = ["http/json", "http/protobuf"] as const;

/** Where shipped records go. */
export interface ShippingOptions {
  /** Full URL, with `/v1/logs`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: OtlpProtocol;
}

/** What of the options is about shipping. */
export interface GivenShipping {
  readonly endpoint?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocol?: OtlpProtocol;
}

/**
 * Parameter over environment over default; undefined: nothing is sent anywhere.
 *
 * @throws {AuditError} `invalid_option` naming the option or variable.
 */
export function resolveShipping(
  options: GivenShipping,
  env: Environment,
): ShippingOptions | undefined {
  const protocol = options.protocol ?? choice(env, "AUDIT_OTLP_PROTOCOL", PROTOCOLS) ?? "http/json";
  const ship = choice(env, "AUDIT_SHIP", ["otel"] as const);
  const endpoint = options.endpoint ?? variable(env, "AUDIT_OTLP_ENDPOINT");
  if (endpoint !== undefined) {
    const name = options.endpoint === undefined ? "AUDIT_OTLP_ENDPOINT" : "endpoint";
    const headers =
      options.headers === undefined
        ? parseHeaders(env, "AUDIT_OTLP_HEADERS")
        : checkHeaders(options.headers, "headers");
    return { url: logsUrl(endpoint, name), headers, protocol };
  }
  if (options.headers !== undefined || options.protocol !== undefined) {
    throw new AuditError(
      "invalid_option",
      "createAudit: headers and protocol mean nothing without an endpoint: pass endpoint or set AUDIT_OTLP_ENDPOINT",
    );
  }
  return ship === "otel" ? otelShipping(env) : undefined;
}

/** The standard variables, only where AUDIT_SHIP=otel says that they are meant for audit records too. */
function otelShipping(env: Environment): ShippingOptions {
  const logs = variable(env, "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT");
  const base = variable(env, "OTEL_EXPORTER_OTLP_ENDPOINT") ?? "http://localhost:4318";
  const protocolName =
    variable(env, "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL") === undefined
      ? "OTEL_EXPORTER_OTLP_PROTOCOL"
      : "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL";
  return {
    // The signal's own variable is used as it is (OTLP exporter specification, "Endpoint URLs").
    url:
      logs === undefined
        ? logsUrl(base, "OTEL_EXPORTER_OTLP_ENDPOINT")
        : checkUrl(logs, "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"),
    headers: {
      ...parseHeaders(env, "OTEL_EXPORTER_OTLP_HEADERS"),
      ...parseHeaders(env, "OTEL_EXPORTER_OTLP_LOGS_HEADERS"),
    },
    protocol: choice(env, protocolName, PROTOCOLS) ?? "http/protobuf",
  };
}

function logsUrl(base: string, name: string): string {
  const url = new URL(checkUrl(base, name));
  const path = url.pathname.replace(/\/+$/, "");
  // Whoever gives the full URL means the same.
  url.pathname = path.endsWith("/v1/logs") ? path : `${path}/v1/logs`;
  return url.href;
}

function checkUrl(text: string, name: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new AuditError(
      "invalid_option",
      `${name} must be an http or https URL, as in http://127.0.0.1:4318; it is ${JSON.stringify(text.replace(/\/\/[^/@]*@/, "//****@"))}`,
    );
  }
  return url.href;
}

/** `key=value,key=value`, values percent-encoded (OTLP exporter specification, W3C baggage). */
function parseHeaders(env: Environment, name: string): Readonly<Record<string, string>> {
  const text = variable(env, name);
  if (text === undefined) return {};
  const headers: Record<string, string> = {};
  for (const entry of text.split(",")) {
    const equals = entry.indexOf("=");
    if (equals <= 0) {
      // The value is not shown: headers carry credentials.
      throw new AuditError("invalid_option", `${name} must be key=value,key=value`);
    }
    const value = entry.slice(equals + 1).trim();
    headers[entry.slice(0, equals).trim()] = decodePercent(value);
  }
  return checkHeaders(headers, name);
}

/** RFC 9110, section 5.6.2: what a header name is made of. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110, section 5.5: what a header value may have. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A header that cannot be sent would fail with every request, for ever. Values are not shown. */
function checkHeaders(
  headers: Readonly<Record<string, string>>,
  from: string,
): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    const problem = !HEADER_NAME.test(name)
      ? `${JSON.stringify(name)} is no header name`
      : HEADER_VALUE.test(value)
        ? undefined
        : `the value of ${JSON.stringify(name)} has characters that no header may have`;
    if (problem !== undefined) throw new AuditError("invalid_option", `${from}: ${problem}`);
  }
  return headers;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
