/** With which key records are sealed, and how often a service shows that it lives. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { AuditError } from "../lib/errors.ts";
import type { KeyPlace, SignatureBytes, SigningFunction } from "../seal/index.ts";
import { type Environment, variable } from "./environment.ts";

export type { SignatureBytes, SigningFunction };

/** Options of sealing; each one wins over its environment variable. */
export interface SealSettings {
  /**
   * PEM file (PKCS #8) with the Ed25519 key that signs checkpoints: outside of the audit directory,
   * and only you may read it. Environment: AUDIT_SIGNING_KEY_FILE. Default:
   * `otel-audit/signing-key.pem` in XDG_STATE_HOME or `~/.local/state`, made on first use.
   */
  readonly keyFile?: string;
  /** Signs elsewhere, as in a key management service. Wins over every key file. */
  readonly signer?: SigningFunction;
  /**
   * Seconds after which a checkpoint is written although nothing was recorded, so that a silent
   * service differs from a cut trail. Environment: AUDIT_HEARTBEAT. Default: never. At least 1.
   */
  readonly heartbeatSeconds?: number;
}

/** The same with nothing left to decide. */
export interface ResolvedSeal {
  /** Undefined: nobody named one, and there is no home directory to keep one in. */
  readonly key: KeyPlace | undefined;
  readonly signer: SigningFunction | undefined;
  readonly heartbeatMillis: number | undefined;
}

const DEFAULT_KEY_FILE = join("otel-audit", "signing-key.pem");
/** Node's timers take no longer delay. */
const MAX_HEARTBEAT_SECONDS = 2_000_000;

const heartbeat = z.number().min(1).max(MAX_HEARTBEAT_SECONDS);

/** What `createAudit({ seal })` may be. */
export const sealSettingsSchema: z.ZodType = z.strictObject({
  keyFile: z.string().min(1).optional(),
  signer: z
    .strictObject({
      publicKey: z.union([z.string().min(1), z.instanceof(Uint8Array)]),
      sign: z.custom((value) => typeof value === "function", "must be a function"),
    })
    .optional(),
  heartbeatSeconds: heartbeat.optional(),
});

/**
 * Parameter over environment over default.
 *
 * @param given checked against {@link sealSettingsSchema}.
 * @throws {AuditError} `invalid_option` naming the variable, its value and what it may be.
 */
export function resolveSeal(given: SealSettings | undefined, env: Environment): ResolvedSeal {
  const seconds = given?.heartbeatSeconds ?? heartbeatOf(env);
  return {
    key: resolveKeyPlace(given?.keyFile, env),
    signer: given?.signer,
    heartbeatMillis: seconds === undefined ? undefined : seconds * 1000,
  };
}

/** Where the signing key is; undefined where nobody named a place and there is no home directory. */
export function resolveKeyPlace(given: string | undefined, env: Environment): KeyPlace | undefined {
  const named = given ?? variable(env, "AUDIT_SIGNING_KEY_FILE");
  if (named !== undefined) return { path: named, isNamed: true };
  const state = stateDirectory(env);
  return state === undefined ? undefined : { path: join(state, DEFAULT_KEY_FILE), isNamed: false };
}

/** Of the user (XDG Base Directory Specification, which has relative paths passed over). */
function stateDirectory(env: Environment): string | undefined {
  const named = variable(env, "XDG_STATE_HOME");
  if (named !== undefined && isAbsolute(named)) return named;
  try {
    return join(homedir(), ".local", "state");
  } catch {
    // A container's user that is in no list of users has none.
    return undefined;
  }
}

function heartbeatOf(env: Environment): number | undefined {
  const value = variable(env, "AUDIT_HEARTBEAT");
  if (value === undefined) return undefined;
  const parsed = heartbeat.safeParse(/^\d+(\.\d+)?$/.test(value) ? Number(value) : value);
  if (parsed.success) return parsed.data;
  throw new AuditError(
    "invalid_option",
    `AUDIT_HEARTBEAT must be a number of seconds from 1 to ${MAX_HEARTBEAT_SECONDS}; it is ${JSON.stringify(value)}`,
  );
}
