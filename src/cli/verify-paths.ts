/** What every command that verifies does first. */
import { verifyFiles, type VerifyFilesOptions, type VerificationReport } from "../verify/index.ts";
import { checkNamed, readAnchors, readPublicKeys } from "./evidence.ts";
import { createProgress } from "./progress.ts";
import type { Lines } from "./lines.ts";
import { windowOf, type WindowOptions } from "./time-option.ts";

/** Options that say what records are held against. */
export interface EvidenceOptions extends WindowOptions {
  readonly publicKey?: readonly string[];
  readonly redactionPolicy?: readonly string[];
  readonly anchor?: readonly string[];
  readonly strict?: boolean;
}

/**
 * What the options name, read.
 *
 * @throws {AuditError} as a rejection: `unreadable`, `invalid_option`, `untrusted_file`, `invalid_policy`.
 */
export async function evidenceOf(
  options: EvidenceOptions,
  warn: Lines["warn"],
): Promise<VerifyFilesOptions> {
  const { publicKey = [], redactionPolicy = [], anchor = [] } = options;
  const publicKeys = readPublicKeys(publicKey, warn);
  for (const path of redactionPolicy) checkNamed(path, "--redaction-policy");
  const openedAnchors = await readAnchors(anchor);
  if (publicKeys.length === 0) {
    for (const { path } of openedAnchors)
      warn(
        `${path} is signed with the key that it names itself: give --public-key to know whose it is`,
      );
  }
  return {
    publicKeys,
    anchors: openedAnchors.flatMap(({ heads, key }) =>
      heads.map((head) => ({ ...head, signedBy: key })),
    ),
    ...(redactionPolicy.length === 0 ? {} : await explanationsOf(redactionPolicy, warn)),
    isStrict: options.strict === true,
    window: windowOf(options),
  };
}

/** Policies take time to load, and few give one. */
async function explanationsOf(
  paths: readonly string[],
  warn: Lines["warn"],
): Promise<Pick<VerifyFilesOptions, "isExplained" | "redactionDigests">> {
  const { readRedactionPolicies } = await import("./redaction-evidence.ts");
  return readRedactionPolicies(paths, warn);
}

/**
 * Verifies, and shows on a terminal how far it has come.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a path is not there.
 */
export async function verifyWithProgress(
  paths: readonly string[],
  options: VerifyFilesOptions,
): Promise<VerificationReport> {
  const progress = createProgress(process.stderr);
  try {
    return await verifyFiles(paths, { ...options, onProgress: progress.show });
  } finally {
    progress.end();
  }
}
