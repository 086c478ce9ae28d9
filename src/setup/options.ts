import { resolve } from "node:path";
import { z } from "zod";
import type { ActorFunction, PolicyDocument } from "../capture/index.ts";
import type { Action } from "../event/index.ts";
import { AuditError } from "../lib/errors.ts";
import { whyNodeIsTooOld } from "../lib/node-version.ts";
import type { RedactionPolicy } from "../redact/index.ts";
import type { KeyPlace } from "../seal/index.ts";
import { choice, type Environment, variable } from "./environment.ts";
import {
  type JournalSettings,
  journalSettingsSchema,
  type ResolvedJournal,
  resolveJournal,
} from "./journal-options.ts";
import {
  resolveKeyPlace,
  type ResolvedSeal,
  resolveSeal,
  type SealSettings,
  sealSettingsSchema,
} from "./seal-options.ts";
import {
  COMPRESSIONS,
  type OtlpCompression,
  type OtlpProtocol,
  PROTOCOLS,
  resolveShipping,
  type ShippingOptions,
} from "./shipping-options.ts";

/** Which views are kept beside the journal. `none` switches auditing off. */
export type AuditFormat = "json" | "csv" | "both" | "journal" | "none";

/** Options of `createAudit`; each one wins over its environment variable. */
export interface AuditOptions<A extends Action = never> {
  /** Audit directory, created when absent. Environment: AUDIT_LOG_DIR. Mandatory in one of the two. */
  readonly directory?: string;
  /** Environment: AUDIT_LOG_FORMAT. Default `both`. */
  readonly format?: AuditFormat;
  /**
   * Path of an audit policy, or the policy itself. Environment: AUDIT_POLICY_FILE. Default
   * `./audit.yaml` when it is there; without a policy every call is recorded as `rpc_call`.
   */
  readonly policy?: string | PolicyDocument;
  /**
   * Path of a redaction policy, or the policy itself. Environment: AUDIT_REDACTION_FILE. Default
   * `./redaction.yaml` when it is there; without one the built-in rules mask what they find.
   */
  readonly redaction?: string | RedactionPolicy;
  /**
   * File with the key of pseudonyms: at least 32 bytes that only you can read. Environment:
   * AUDIT_REDACTION_KEY_FILE. Mandatory where the redaction policy says `hash` or `pseudonym`.
   */
  readonly redactionKeyFile?: string;
  /**
   * Base URL of an OTLP receiver, as in `http://127.0.0.1:4318`; `/v1/logs` is added. Environment:
   * AUDIT_OTLP_ENDPOINT. Default: nothing is sent anywhere.
   */
  readonly endpoint?: string;
  /**
   * Headers for that receiver. Environment: AUDIT_OTLP_HEADERS, as in `key=value,key=value`; like the
   * files below it is for AUDIT_OTLP_ENDPOINT, and not heeded where `endpoint` is given.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Environment: AUDIT_OTLP_PROTOCOL. Default `http/json`. `grpc` needs the packages
   * `@opentelemetry/otlp-grpc-exporter-base` and `@grpc/grpc-js`.
   */
  readonly protocol?: OtlpProtocol;
  /** Environment: AUDIT_OTLP_COMPRESSION. Default `none`. */
  readonly compression?: OtlpCompression;
  /** Milliseconds that a receiver has for a whole answer. Environment: AUDIT_OTLP_TIMEOUT. Default 10 000. */
  readonly timeoutMillis?: number;
  /** PEM file of the authorities to trust. Environment: AUDIT_OTLP_CERTIFICATE. Default: those of Node. */
  readonly certificateFile?: string;
  /** PEM file of the certificate to show. Environment: AUDIT_OTLP_CLIENT_CERTIFICATE. */
  readonly clientCertificateFile?: string;
  /** PEM file of its key; both or neither. Environment: AUDIT_OTLP_CLIENT_KEY. */
  readonly clientKeyFile?: string;
  /**
   * Bytes of records that are kept in memory where there is an endpoint, but no directory that can
   * be written. Default 16 MiB, from 64 KiB. At the limit `open` records are lost and counted, and
   * `closed` calls refused.
   */
  readonly memoryBytes?: number;
  /** Your own actions, made with `defineAction`. */
  readonly actions?: readonly A[];
  /** Tells who calls, before the sources of the policy are asked. */
  readonly actor?: ActorFunction;
  /** `service.name` of the records. Environment: OTEL_SERVICE_NAME. Default `unknown_service:node`. */
  readonly service?: string;
  /** How much room the journal takes, and for how long. */
  readonly journal?: JournalSettings;
  /** With which key records are sealed. */
  readonly seal?: SealSettings;
}

/** Which redaction policy is in force. */
export interface RedactionOptions {
  readonly policy: string | RedactionPolicy;
  /** Whether a missing policy file is an error: somebody named it. */
  readonly isPolicyNamed: boolean;
  readonly keyFile: string | undefined;
}

/** Options with nothing left to decide. */
export interface ResolvedOptions {
  /** Absolute path; undefined where none was named. */
  readonly directory: string | undefined;
  readonly format: AuditFormat;
  readonly policy: string | PolicyDocument | undefined;
  /** Whether a missing policy file is an error: somebody named it. */
  readonly isPolicyNamed: boolean;
  readonly redaction: RedactionOptions;
  readonly shipping: ShippingOptions | undefined;
  /** Undefined: the default of the memory journal. */
  readonly memoryBytes: number | undefined;
  readonly actions: readonly Action[];
  readonly actor: ActorFunction | undefined;
  readonly service: string | undefined;
  readonly journal: ResolvedJournal;
  readonly seal: ResolvedSeal;
}

/** Looked for in the working directory when no policy is named. */
const DEFAULT_POLICY_FILE = "audit.yaml";
const DEFAULT_REDACTION_FILE = "redaction.yaml";
/** A record has at most so many bytes. */
const MIN_MEMORY_BYTES = 65_536;
const FORMATS = ["json", "csv", "both", "journal", "none"] as const;

const optionsSchema = z.strictObject({
  directory: z.string().min(1).optional(),
  format: z.enum(FORMATS).optional(),
  policy: z.union([z.string().min(1), z.looseObject({})]).optional(),
  redaction: z.union([z.string().min(1), z.looseObject({})]).optional(),
  redactionKeyFile: z.string().min(1).optional(),
  endpoint: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  protocol: z.enum(PROTOCOLS).optional(),
  compression: z.enum(COMPRESSIONS).optional(),
  timeoutMillis: z.number().optional(),
  certificateFile: z.string().min(1).optional(),
  clientCertificateFile: z.string().min(1).optional(),
  clientKeyFile: z.string().min(1).optional(),
  memoryBytes: z.number().int().min(MIN_MEMORY_BYTES).optional(),
  actions: z.array(z.looseObject({ name: z.string() })).optional(),
  actor: z
    .custom<ActorFunction>((value) => typeof value === "function", "must be a function")
    .optional(),
  service: z.string().min(1).optional(),
  journal: journalSettingsSchema.optional(),
  seal: sealSettingsSchema.optional(),
});

/**
 * Parameter over environment over default.
 *
 * @throws {AuditError} `invalid_option` naming the option or variable, its value and what it may be.
 */
export function resolveOptions(
  options: AuditOptions<Action>,
  env: Environment = process.env,
): ResolvedOptions {
  const tooOld = whyNodeIsTooOld();
  if (tooOld !== undefined) throw new AuditError("invalid_option", tooOld);
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AuditError(
      "invalid_option",
      `createAudit: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "invalid"}`.replace(
        "  ",
        " ",
      ),
    );
  }
  const directory = options.directory ?? variable(env, "AUDIT_LOG_DIR");
  const policy = options.policy ?? variable(env, "AUDIT_POLICY_FILE");
  const shipping = resolveShipping(options, env);
  return {
    directory: directory === undefined ? undefined : resolve(directory),
    format: options.format ?? choice(env, "AUDIT_LOG_FORMAT", FORMATS) ?? "both",
    policy: policy ?? DEFAULT_POLICY_FILE,
    isPolicyNamed: policy !== undefined,
    redaction: resolveRedaction(options, env),
    shipping,
    memoryBytes: options.memoryBytes,
    actions: options.actions ?? [],
    actor: options.actor,
    service: options.service ?? serviceName(env),
    journal: resolveJournal(options.journal, shipping !== undefined, env),
    seal: resolveSeal(options.seal, env),
  };
}

/** Parameter over environment over default. */
export function resolveRedaction(
  options: Pick<AuditOptions, "redaction" | "redactionKeyFile"> = {},
  env: Environment = process.env,
): RedactionOptions {
  const policy = options.redaction ?? variable(env, "AUDIT_REDACTION_FILE");
  return {
    policy: policy ?? DEFAULT_REDACTION_FILE,
    isPolicyNamed: policy !== undefined,
    keyFile: options.redactionKeyFile ?? variable(env, "AUDIT_REDACTION_KEY_FILE"),
  };
}

/** What the environment says of the journal, for those who have no options for it. */
export function journalOfEnvironment(env: Environment = process.env): ResolvedJournal {
  return resolveJournal(undefined, false, env);
}

/** With which key the environment has records sealed, for those who have no options for it. */
export function sealOfEnvironment(env: Environment = process.env): ResolvedSeal {
  return resolveSeal(undefined, env);
}

/** Where the signing key is; undefined where nobody named a place and there is no home directory. */
export function keyPlaceOfEnvironment(
  given: string | undefined,
  env: Environment = process.env,
): KeyPlace | undefined {
  return resolveKeyPlace(given, env);
}

function serviceName(env: Environment): string | undefined {
  return variable(env, "OTEL_SERVICE_NAME");
}

/** The AUDIT_LOG_FORMAT of the environment, as it stands there. */
export function formatOfEnvironment(env: Environment = process.env): string | undefined {
  return variable(env, "AUDIT_LOG_FORMAT");
}

/** Whether the register hook also starts an OpenTelemetry SDK. */
export function isSdkWanted(env: Environment = process.env): boolean {
  return choice(env, "AUDIT_OTEL_SDK", ["on", "off"] as const) === "on";
}

/**
 * Exporters for the spans of the SDK that the register hook starts: `console`, or `otlp/` and its
 * protocol. Empty where no OTEL_* variable names one.
 */
export function spanExporters(env: Environment = process.env): readonly string[] {
  const endpoint =
    variable(env, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ??
    variable(env, "OTEL_EXPORTER_OTLP_ENDPOINT");
  const named = variable(env, "OTEL_TRACES_EXPORTER") ?? (endpoint === undefined ? "none" : "otlp");
  const protocol =
    variable(env, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") ??
    variable(env, "OTEL_EXPORTER_OTLP_PROTOCOL") ??
    "http/protobuf";
  return named
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "none")
    .map((name) => (name === "otlp" ? `otlp/${protocol}` : name));
}

/** Environment variables in which build and deploy tools name the code revision, first one wins. */
const REVISION_VARIABLES = [
  "GIT_COMMIT",
  "GITHUB_SHA",
  "CI_COMMIT_SHA",
  "SOURCE_VERSION",
  "VERCEL_GIT_COMMIT_SHA",
];

/** The code revision that the environment names. */
export function revisionOfEnvironment(env: Environment = process.env): string | undefined {
  return REVISION_VARIABLES.map((name) => variable(env, name)).find((value) => value !== undefined);
}
