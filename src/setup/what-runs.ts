import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, hostname, platform, release, totalmem } from "node:os";
import { basename, join } from "node:path";
import { envDetector } from "@opentelemetry/resources";
import {
  ATTR_SERVICE_NAME,
  type AttributeValue,
  type BodyMap,
  type BodyValue,
  newId,
  normaliseValue,
  type RecordAttributes,
} from "../event/index.ts";
import { revisionOfEnvironment } from "./options.ts";

/** `service.name` where nobody said one (semantic conventions, service). */
const UNKNOWN_SERVICE = "unknown_service:node";

/**
 * The resource of this process. OTEL_RESOURCE_ATTRIBUTES adds to it and wins: container, pod and
 * node ids come from there, as Kubernetes' operator and Helm charts set them. The command line is
 * left out, because people put secrets there.
 */
export function resourceOfProcess(service: string | undefined): RecordAttributes {
  const told: Record<string, AttributeValue> = {};
  for (const [key, value] of Object.entries(envDetector.detect().attributes ?? {})) {
    if (typeof value === "string") told[key] = value;
  }
  return {
    [ATTR_SERVICE_NAME]: UNKNOWN_SERVICE,
    "service.instance.id": newId(),
    "host.name": hostname(),
    "host.arch": arch(),
    "os.type": platform(),
    "os.version": release(),
    "process.pid": process.pid,
    "process.executable.name": basename(process.execPath),
    "process.runtime.name": "nodejs",
    "process.runtime.version": process.versions.node,
    ...told,
    ...(service === undefined ? {} : { [ATTR_SERVICE_NAME]: service }),
  };
}

/** What runs here, for the start record: code revision, runtime and dependency versions, hardware. */
export function whatRuns(): BodyMap {
  const { application, dependencies } = applicationPackage();
  const found: Record<string, unknown> = {
    application,
    revision: revisionOfEnvironment() ?? gitRevision(),
    dependencies,
    runtime: {
      node: process.versions.node,
      v8: process.versions.v8,
      openssl: process.versions.openssl,
    },
    hardware: { cpus: cpus().length, cpu_model: cpus()[0]?.model, memory_bytes: totalmem() },
  };
  return (normaliseValue(found) ?? {}) as BodyMap;
}

/** Name and version of the application in the working directory, and its dependencies as installed. */
function applicationPackage(): { application?: BodyValue; dependencies?: BodyValue } {
  const own = readJson(join(process.cwd(), "package.json"));
  if (own === undefined) return {};
  const require = createRequire(join(process.cwd(), "package.json"));
  const versions: Record<string, string> = {};
  const declared = own["dependencies"];
  for (const name of Object.keys(
    typeof declared === "object" && declared !== null ? declared : {},
  )) {
    const version = installedVersion(require, name);
    if (version !== undefined) versions[name] = version;
  }
  const application = normaliseValue({ name: own["name"], version: own["version"] });
  return { ...(application === undefined ? {} : { application }), dependencies: versions };
}

function installedVersion(require: NodeJS.Require, name: string): string | undefined {
  for (const folder of require.resolve.paths(name) ?? []) {
    const version = readJson(join(folder, name, "package.json"))?.["version"];
    if (typeof version === "string") return version;
  }
  return undefined;
}

/** The commit of the working directory, where it is the top of a git checkout. */
function gitRevision(): string | undefined {
  const head = readText(join(process.cwd(), ".git", "HEAD"));
  if (head === undefined) return undefined;
  const branch = /^ref: (.+)$/m.exec(head)?.[1];
  return branch === undefined ? head.trim() : readText(join(process.cwd(), ".git", branch))?.trim();
}

function readJson(path: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
