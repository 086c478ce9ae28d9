/** Real trails, and the commands that read them, as people run them. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { auditGrpc, createAudit } from "otel-audit";
import { call, serve } from "./grpc-service.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { type Ran, runPrepared } from "./prepared-command.ts";

/** An audit directory that a service has written, and the keys that it signed with. */
export interface CommandTrail {
  readonly root: string;
  readonly directory: string;
  /** The private one; its public one ends in `.pub`. */
  readonly keyFile: string;
  readonly publicKeys: string;
  readonly stream: string;
}

/** What steers a terminal, and what turns a line around. */
export const STEERING = "\u001b[31mred\u0007 \u009b2J \u202eback";

/**
 * A closed stream: six calls of two methods in three checkpoints, and one record that somebody filled
 * with control characters. Its last record but the checkpoint behind it is number 10.
 */
export async function makeTrail(root: string = newRoot()): Promise<CommandTrail> {
  const directory = join(root, "audit");
  const keyFile = join(root, "keys", "signing-key.pem");
  makeKey(keyFile);
  const audit = await createAudit({
    directory,
    policy: { version: 1, rules: [{ method: "probe.Probe/*", level: "metadata" }] },
    seal: { keyFile },
  });
  auditGrpc(grpc, audit);
  const service = await serve(grpc, {
    Do: { kind: "unary", handler: (_, callback) => callback(null, {}) },
    Look: { kind: "unary", handler: (_, callback) => callback(null, {}) },
  });
  for (const name of ["Do", "Look", "Do"]) await call(grpc, service.address, name, "unary");
  await audit.flush();
  for (const name of ["Do", "Look", "Do"]) await call(grpc, service.address, name, "unary");
  await audit.record({
    action: "pause",
    actor: { type: "user", id: "ann" },
    reason: `it's ${STEERING}`,
    details: { note: "plateau \\ 100 %" },
  });
  await audit.close();
  service.close();
  return {
    root,
    directory,
    keyFile,
    publicKeys: keyFile.replace(/pem$/, "pub"),
    stream: audit.stream,
  };
}

/** A directory that its test file takes away. */
export function newRoot(): string {
  return mkdtempSync(join(tmpdir(), "otel-audit-test-"));
}

/** Takes it away. */
export function removeRoot(root: string): void {
  rmSync(root, { recursive: true, force: true });
}

/** A copy of the journal alone, to be changed. */
export function journalCopy(trail: CommandTrail): CommandTrail {
  const directory = join(temporaryDirectory(), "audit");
  mkdirSync(directory);
  cpSync(join(trail.directory, "journal"), join(directory, "journal"), { recursive: true });
  return { ...trail, directory };
}

/** Makes a signing key, as an administrator does. */
export function makeKey(keyFile: string): void {
  const { code, err } = otelAudit(["keys", "create", "--file", keyFile]);
  if (code !== 0) throw new Error(err);
}

/** Runs `otel-audit` with nothing of ours in its environment but what is given. */
export function otelAudit(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Ran {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(AUDIT|OTEL|NODE_OPTIONS|XDG|FORCE_COLOR)/.test(name),
    ),
  );
  return runPrepared(args, { env: { ...inherited, ...env } });
}

/** The only segment of a stream. */
export function segmentOf({
  directory,
  stream,
}: Pick<CommandTrail, "directory" | "stream">): string {
  const folder = join(directory, "journal", stream);
  const names = readdirSync(folder);
  if (names.length !== 1) throw new Error(`segments: ${names.join(", ")}`);
  return join(folder, names[0] ?? "");
}

/** Changes the lines of a file. */
export function editLines(file: string, edit: (lines: string[]) => readonly string[]): void {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  writeFileSync(file, `${edit(lines).join("\n")}\n`);
}
