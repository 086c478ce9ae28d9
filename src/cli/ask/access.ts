/**
 * Looking at a trail is recorded too: who, for what purpose, at what, and how much was found.
 *
 * In: `--purpose`, AUDIT_ACCESS_DIR, and `access: required` of the audit policy. Out: an `audit_access`
 * record in a stream of its own, on disk before anything is shown. Who reads the files with other programs
 * is not seen: docs/access.md.
 */
import { statSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { pathsOrDefault } from "../default-paths.ts";
import { AuditError, messageOf } from "../../lib/errors.ts";
import { requiringPolicy } from "./access-policy.ts";

/** What a command that shows records takes. */
export interface AccessOptions {
  readonly purpose?: string;
}

/** Why one looks at it. */
export function addPurpose(command: Command): Command {
  return command.option(
    "--purpose <text>",
    "why: recorded with who asks and what (AUDIT_ACCESS_DIR, or the trail itself)",
  );
}

/** Where records are read from. */
interface Place {
  readonly trail?: readonly string[];
  readonly from?: string | undefined;
  /** What is read beside the trail, and is no part of one that is asked. */
  readonly beside?: readonly string[];
}

/** Something that is about to be shown. */
export interface Access {
  /** The command and what was asked, as it was typed. */
  readonly scope: readonly string[];
  /** How much was found; a function where it must be counted first, which is done only to record it. */
  readonly count: number | (() => Promise<number>);
  /** True: it was shown already, as what came while somebody followed the trail. */
  readonly wasShown?: boolean;
}

const NO_PURPOSE = "not given";

/**
 * Records an access, where that is asked for.
 *
 * @throws {AuditError} as a rejection: `invalid_option` where the policy requires a purpose, or there is no
 * directory to record it in; what `createAudit` throws. Then nothing may be shown.
 */
export async function recordAccess(
  access: Access,
  { purpose, ...place }: AccessOptions & Place,
): Promise<void> {
  const named = accessDirectory();
  const policy = await requiringPolicy(placesIn(place));
  if (purpose === undefined && named === "" && policy === undefined) return;
  // What was shown is recorded, whatever was said.
  if (access.wasShown !== true) refuseWithout(purpose, policy);
  const { from } = place;
  const files = filesIn(place);
  const paths = from === undefined ? files : [new URL(from).origin, ...files];
  const directory = named === "" ? directoryOf(paths) : named;
  try {
    const { scope, count } = access;
    const counted = typeof count === "number" ? count : await count();
    await write(directory, {
      scope,
      paths,
      count: counted,
      purpose: purpose?.trim() || NO_PURPOSE,
    });
  } catch (error) {
    throw new AuditError(
      "write_failed",
      `${access.wasShown === true ? "how much was shown" : "nothing is shown, because the access"} cannot be recorded in ${directory}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/**
 * Refuses what comes while somebody follows a trail, where a policy has come with it, or by a link.
 *
 * @throws {AuditError} as a rejection: `invalid_option` where the policy requires a purpose.
 */
export async function checkPurpose({ purpose, ...place }: AccessOptions & Place): Promise<void> {
  if (!isGiven(purpose)) refuseWithout(purpose, await requiringPolicy(placesIn(place)));
}

function refuseWithout(purpose: string | undefined, policy: string | undefined): void {
  if (policy === undefined || isGiven(purpose)) return;
  throw new AuditError(
    "invalid_option",
    `the audit policy says access: required (${policy}): give --purpose, which is recorded with who asks and what`,
  );
}

function isGiven(purpose = ""): boolean {
  return purpose.trim() !== "";
}

/** Whether {@link recordAccess} records anything. */
export async function isAccessRecorded({
  purpose,
  ...place
}: AccessOptions & Place): Promise<boolean> {
  const isAsked = purpose !== undefined || accessDirectory() !== "";
  return isAsked || (await requiringPolicy(placesIn(place))) !== undefined;
}

function accessDirectory(): string {
  return process.env["AUDIT_ACCESS_DIR"] ?? "";
}

function filesIn({ trail = [], from }: Place): readonly string[] {
  return from === undefined || trail.length > 0 ? pathsOrDefault(trail, "nothing to ask") : [];
}

/** Wherever a policy may lie. */
function placesIn(place: Place): readonly string[] {
  return [...filesIn(place), ...(place.beside ?? [])];
}

/** The audit directory that is read. */
function directoryOf(paths: readonly string[]): string {
  const found = paths.find(
    (path) => statSync(join(path, "journal"), { throwIfNoEntry: false })?.isDirectory() === true,
  );
  if (found !== undefined) return found;
  throw new AuditError(
    "invalid_option",
    `there is nowhere to record the access: set AUDIT_ACCESS_DIR to an audit directory; ${paths.join(", ")} is none`,
  );
}

interface WrittenAccess extends Pick<Access, "scope"> {
  readonly count: number;
  readonly paths: readonly string[];
  readonly purpose: string;
}

async function write(
  directory: string,
  { scope, paths, count, purpose }: WrittenAccess,
): Promise<void> {
  const { createAudit } = await import("../../setup/create-audit.ts");
  const audit = await createAudit({
    directory,
    format: "journal",
    service: "otel-audit",
    policy: { version: 1, coverage: "off" },
  });
  try {
    const { synced } = await audit.record({
      action: "audit_access",
      actor: { type: "user", id: reader() },
      source: { type: "host", id: hostname() },
      reason: purpose,
      details: { purpose, scope: scope.join(" "), read_from: paths, results_count: count },
    });
    if (!synced) throw new AuditError("sync_failed", "the record is not on disk");
  } finally {
    await audit.close();
  }
}

/** Whoever is at the keyboard, as far as the system knows: also behind sudo. */
function reader(): string {
  const { username } = userInfo();
  const before = process.env["SUDO_USER"] ?? "";
  return before === "" || before === username ? username : `${before} (as ${username})`;
}
