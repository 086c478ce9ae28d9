/** Certificates and keys of the shipper, read where a wrong one can still stop the start. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { TlsFiles } from "../deliver/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";

/** Paths of PEM files, with the names that people gave them under. */
export interface TlsPaths {
  readonly certificate: NamedPath | undefined;
  readonly clientCertificate: NamedPath | undefined;
  readonly clientKey: NamedPath | undefined;
}

/** A path, and the option or variable that it comes from. */
export interface NamedPath {
  readonly path: string;
  readonly name: string;
}

/**
 * Reads the files, and tries whether a TLS connection could be made with them.
 *
 * @throws {AuditError} `invalid_option` naming the option or variable and the file.
 */
export function readTlsFiles(paths: TlsPaths): TlsFiles {
  const { certificate, clientCertificate, clientKey } = paths;
  if ((clientCertificate === undefined) !== (clientKey === undefined)) {
    const { name } = clientCertificate ?? clientKey ?? { name: "" };
    throw new AuditError(
      "invalid_option",
      `${name}: a client certificate and its key are given together, or neither of them`,
    );
  }
  const files: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer } = {
    ...(certificate === undefined ? {} : { ca: read(certificate) }),
    ...(clientCertificate === undefined ? {} : { cert: read(clientCertificate) }),
    ...(clientKey === undefined ? {} : { key: read(clientKey) }),
  };
  // Loaded when they are needed: most services ship to a Collector beside them.
  const { X509Certificate } = process.getBuiltinModule("node:crypto");
  const { createSecureContext } = process.getBuiltinModule("node:tls");
  const { ca, cert, key } = files;
  if (certificate !== undefined && ca !== undefined)
    attempt(() => new X509Certificate(ca), certificate);
  if (clientKey !== undefined) attempt(() => createSecureContext({ cert, key }), clientKey);
  return files;
}

function read({ path, name }: NamedPath): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new AuditError("invalid_option", `${name}: cannot read ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function attempt(use: () => unknown, { path, name }: NamedPath): void {
  try {
    use();
  } catch (error) {
    throw new AuditError(
      "invalid_option",
      `${name}: ${path} cannot be used: ${messageOf(error)}; it must be PEM, and a key must belong to its certificate`,
      { cause: error },
    );
  }
}

const GRPC_PACKAGES = ["@grpc/grpc-js", "@opentelemetry/otlp-grpc-exporter-base"];

/**
 * The packages of OTLP over gRPC are optional; they are loaded later, in the shipping thread.
 *
 * @param resolve finds a package, or throws.
 * @throws {AuditError} `invalid_option` naming what to install.
 */
export function checkGrpcPackages(
  resolve: (name: string) => unknown = createRequire(import.meta.url).resolve,
): void {
  const missing = GRPC_PACKAGES.filter((name) => {
    try {
      resolve(name);
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length === 0) return;
  throw new AuditError(
    "invalid_option",
    `the protocol grpc needs packages that are not installed: npm install ${missing.join(" ")}, or use http/protobuf`,
  );
}
