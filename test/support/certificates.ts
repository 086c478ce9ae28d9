/** Certificates that openssl makes. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "./temporary-directory.ts";

/** A certificate and its key, PEM. */
export interface KeyAndCertificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** Whether these tests may be skipped: openssl is not there, and nobody insists on it. */
export function isOpensslMissing(): boolean {
  if ((process.env["AUDIT_REQUIRE"] ?? "").split(",").includes("openssl")) return false;
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return false;
  } catch {
    return true;
  }
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A certificate authority of its own. */
export interface Authority {
  readonly cert: Buffer;
  /** @param names lines of an openssl alt_names section, as in `URI.1 = spiffe://lab/ann`. */
  readonly issue: (subject: string, names?: readonly string[]) => KeyAndCertificate;
}

/** Makes a certificate authority. */
export function createAuthority(name: string): Authority {
  const directory = temporaryDirectory();
  const openssl = (...args: string[]): void =>
    void execFileSync("openssl", args, { cwd: directory, stdio: "ignore" });
  const read = (file: string): Buffer => readFileSync(join(directory, file));
  openssl(
    "req",
    "-x509",
    ...KEY,
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
    "-subj",
    `/CN=${name}`,
    "-days",
    "2",
  );
  return {
    cert: read("ca.crt"),
    issue(subject, names = ["DNS.1 = localhost"]) {
      openssl("req", ...KEY, "-keyout", "own.key", "-out", "own.csr", "-subj", subject);
      writeFileSync(
        join(directory, "ext"),
        `subjectAltName=@names\n[names]\n${names.join("\n")}\n`,
      );
      openssl(
        "x509",
        "-req",
        "-in",
        "own.csr",
        "-CA",
        "ca.crt",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-out",
        "own.crt",
        "-days",
        "2",
        "-extfile",
        "ext",
      );
      return { key: read("own.key"), cert: read("own.crt") };
    },
  };
}

/** A certificate that vouches for itself. */
export function selfSigned(subject: string): KeyAndCertificate {
  const directory = temporaryDirectory();
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      ...KEY,
      "-keyout",
      "own.key",
      "-out",
      "own.crt",
      "-subj",
      subject,
      "-days",
      "2",
    ],
    { cwd: directory, stdio: "ignore" },
  );
  return {
    key: readFileSync(join(directory, "own.key")),
    cert: readFileSync(join(directory, "own.crt")),
  };
}
