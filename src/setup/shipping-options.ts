/** Where audit records are sent, if anywhere. */
import type { OtlpSenderOptions } from "../deliver/index.ts";
import { AuditError } from "../lib/errors.ts";
import { choice, type Environment, variable } from "./environment.ts";
import { checkGrpcPackages, type NamedPath, readTlsFiles } from "./shipping-files.ts";
import {
  checkHeaders,
  checkTimeout,
  checkUrl,
  headersVariable,
  logsUrl,
  timeoutVariable,
  withScheme,
} from "./shipping-values.ts";

/** How records are sent to an OTLP endpoint. */
export type OtlpProtocol = "http/json" | "http/protobuf" | "grpc";

/** How requests are compressed. */
export type OtlpCompression = "gzip" | "none";

/** All of them. */
export const PROTOCOLS = ["http/json", "http/protobuf", "grpc"] as const;

/** All of them. */
export const COMPRESSIONS = ["gzip", "none"] as const;

/** Where shipped records go, and how. */
export interface ShippingOptions extends OtlpSenderOptions {
  readonly protocol: OtlpProtocol;
  readonly compression: OtlpCompression;
  readonly timeoutMillis: number;
}

/** What of the options is about shipping. */
export interface GivenShipping {
  readonly endpoint?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocol?: OtlpProtocol;
  readonly compression?: OtlpCompression;
  readonly timeoutMillis?: number;
  readonly certificateFile?: string;
  readonly clientCertificateFile?: string;
  readonly clientKeyFile?: string;
}

/** OTLP exporter specification, "Configuration Options". */
const DEFAULT_TIMEOUT_MILLIS = 10_000;
const ONLY_WITH_ENDPOINT = [
  "headers",
  "protocol",
  "compression",
  "timeoutMillis",
  "certificateFile",
  "clientCertificateFile",
  "clientKeyFile",
] as const;

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
  const compression =
    options.compression ?? choice(env, "AUDIT_OTLP_COMPRESSION", COMPRESSIONS) ?? "none";
  const timeoutMillis =
    options.timeoutMillis === undefined
      ? timeoutVariable(env, "AUDIT_OTLP_TIMEOUT")
      : checkTimeout(options.timeoutMillis, "timeoutMillis");
  const ship = choice(env, "AUDIT_SHIP", ["otel"] as const);
  const endpoint = options.endpoint ?? variable(env, "AUDIT_OTLP_ENDPOINT");
  if (endpoint !== undefined) {
    const isGiven = options.endpoint !== undefined;
    const name = isGiven ? "endpoint" : "AUDIT_OTLP_ENDPOINT";
    // Credentials of the environment are for the endpoint of the environment, and no other.
    const credentials = isGiven ? {} : env;
    const headers =
      options.headers === undefined
        ? headersVariable(credentials, "AUDIT_OTLP_HEADERS", protocol)
        : checkHeaders(options.headers, "headers", protocol);
    const url = protocol === "grpc" ? checkUrl(endpoint, name) : logsUrl(endpoint, name);
    return complete(
      {
        url,
        headers,
        protocol,
        compression,
        timeoutMillis: timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS,
      },
      {
        certificate: named(credentials, options.certificateFile, [
          "certificateFile",
          "AUDIT_OTLP_CERTIFICATE",
        ]),
        clientCertificate: named(credentials, options.clientCertificateFile, [
          "clientCertificateFile",
          "AUDIT_OTLP_CLIENT_CERTIFICATE",
        ]),
        clientKey: named(credentials, options.clientKeyFile, [
          "clientKeyFile",
          "AUDIT_OTLP_CLIENT_KEY",
        ]),
      },
    );
  }
  const idle = ONLY_WITH_ENDPOINT.filter((key) => options[key] !== undefined);
  if (idle.length > 0) {
    throw new AuditError(
      "invalid_option",
      `createAudit: ${idle.join(" and ")} mean nothing without an endpoint: pass endpoint or set AUDIT_OTLP_ENDPOINT`,
    );
  }
  return ship === "otel" ? otelShipping(env) : undefined;
}

/**
 * What to tell people about a receiver before anything is sent to it; undefined: nothing.
 *
 * Headers carry credentials; on the way to another host everybody between can read them.
 */
export function plainTextWarning({ url, headers }: ShippingOptions): string | undefined {
  const { protocol, hostname, host } = new URL(url);
  const isLoopback = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol !== "http:" || isLoopback || Object.keys(headers).length === 0) return undefined;
  return `audit records and the headers ${Object.keys(headers).join(", ")} go to ${host} in plain text: use https://`;
}

/** The standard variables, only where AUDIT_SHIP=otel says that they are meant for audit records too. */
function otelShipping(env: Environment): ShippingOptions {
  /** The signal's own variable wins (OTLP exporter specification, "Configuration Options"). */
  const nameOf = (part: string): string =>
    variable(env, `OTEL_EXPORTER_OTLP_LOGS_${part}`) === undefined
      ? `OTEL_EXPORTER_OTLP_${part}`
      : `OTEL_EXPORTER_OTLP_LOGS_${part}`;
  const protocol = choice(env, nameOf("PROTOCOL"), PROTOCOLS) ?? "http/protobuf";
  const endpointName = nameOf("ENDPOINT");
  const isInsecure = variable(env, nameOf("INSECURE"))?.toLowerCase() === "true";
  const endpointOf = (name: string): string | undefined => {
    const given = variable(env, name);
    return given === undefined ? undefined : withScheme(given, protocol, isInsecure);
  };
  const endpoint =
    endpointOf(endpointName) ??
    (protocol === "grpc" ? "http://localhost:4317" : "http://localhost:4318");
  // The signal's own endpoint is used as it is, and gRPC has no path ("Endpoint URLs").
  const isWhole = protocol === "grpc" || endpointName.includes("_LOGS_");
  const url = isWhole ? checkUrl(endpoint, endpointName) : logsUrl(endpoint, endpointName);
  const isTls = url.startsWith("https:");
  const isElsewhere = isOtherOrigin(endpointOf("OTEL_EXPORTER_OTLP_ENDPOINT"), url);
  const file = (part: string): NamedPath | undefined =>
    isTls
      ? named(env, undefined, ["", isElsewhere ? `OTEL_EXPORTER_OTLP_LOGS_${part}` : nameOf(part)])
      : undefined;
  return complete(
    {
      url,
      headers: {
        ...(isElsewhere ? {} : headersVariable(env, "OTEL_EXPORTER_OTLP_HEADERS", protocol)),
        ...headersVariable(env, "OTEL_EXPORTER_OTLP_LOGS_HEADERS", protocol),
      },
      protocol,
      compression: choice(env, nameOf("COMPRESSION"), COMPRESSIONS) ?? "none",
      timeoutMillis: timeoutVariable(env, nameOf("TIMEOUT")) ?? DEFAULT_TIMEOUT_MILLIS,
    },
    {
      certificate: file("CERTIFICATE"),
      clientCertificate: file("CLIENT_CERTIFICATE"),
      clientKey: file("CLIENT_KEY"),
    },
  );
}

/** Whether logs go to another receiver than the rest: its credentials are not those of the rest. */
function isOtherOrigin(general: string | undefined, url: string): boolean {
  if (general === undefined) return false;
  return !URL.canParse(general) || new URL(general).origin !== new URL(url).origin;
}

/** What can only be found out at the files and packages. */
function complete(
  shipping: Omit<ShippingOptions, "tls">,
  paths: Parameters<typeof readTlsFiles>[0],
): ShippingOptions {
  if (shipping.protocol === "grpc") checkGrpcPackages();
  const given = [paths.certificate, paths.clientCertificate, paths.clientKey].find(
    (path) => path !== undefined,
  );
  if (given === undefined) return shipping;
  if (!shipping.url.startsWith("https:")) {
    throw new AuditError(
      "invalid_option",
      `${given.name} is for TLS, but the endpoint is an http:// URL: use https://, or leave it out`,
    );
  }
  return { ...shipping, tls: readTlsFiles(paths) };
}

function named(
  env: Environment,
  given: string | undefined,
  [option, variableName]: readonly [option: string, variableName: string],
): NamedPath | undefined {
  if (given !== undefined) return { path: given, name: option };
  const path = variable(env, variableName);
  return path === undefined ? undefined : { path, name: variableName };
}
