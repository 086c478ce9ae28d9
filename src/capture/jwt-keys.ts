/**
 * The public keys that tokens are verified with.
 *
 * In: a file or an address. Out: the keys as they are known at this moment. Nobody ever waits for
 * newer ones: they are asked for in the background, seldom, and take the place of the old ones.
 */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { AuditError, messageOf } from "../lib/errors.ts";
import { fetchText } from "./jwt-fetch.ts";
import { type JwtKeys, parseKeySet } from "./jwt-key-set.ts";
import { isLoopback } from "./peer.ts";
import { checkTrust } from "../lib/file-trust.ts";

/** Where keys come from. */
export type KeyLocation =
  | { readonly kind: "file"; readonly name: string }
  | { readonly kind: "url"; readonly name: string; readonly url: URL };

/** Keys that are kept up to date. */
export interface KeySource {
  /** The keys of this moment; undefined until they have been loaded once. */
  readonly current: () => JwtKeys | undefined;
  /** A token names a key that is not there: asks for newer ones in the background, now and then. */
  readonly missed: () => void;
  /** Resolves when the keys are there, or after the time that a start may take. */
  readonly ready: () => Promise<void>;
}

/** What {@link createKeySource} takes. */
export interface KeySourceOptions {
  /** Where the location stands in the policy. */
  readonly place: string;
  readonly report: (line: string) => void;
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly now?: () => number;
  /** How long `ready` waits. Default 5 s. */
  readonly readyMillis?: number;
}

const DEFAULT_READY_MILLIS = 5000;
/** Between two attempts while a start waits. */
const RETRY_MILLIS = 200;
/** A key that its issuer took back must not count much longer. */
const MAX_AGE_MILLIS = 600_000;
/** Tokens with invented key ids must not become a load on the issuer. */
const COOLDOWN_MILLIS = 30_000;
/** After a failure; doubled with each further one up to {@link COOLDOWN_MILLIS}. */
const FIRST_RETRY_MILLIS = 1000;

/**
 * Reads where keys are. http is only for this machine: who can change the keys on their way is
 * everybody.
 *
 * @param directory what a file name is relative to.
 * @throws {Error} saying what is wrong with it.
 */
export function parseKeyLocation(text: string, directory: string): KeyLocation {
  if (!text.includes("://")) return { kind: "file", name: resolve(directory, text) };
  if (!URL.canParse(text)) throw new Error("jwks is no URL: use a file or an https URL");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    throw new Error("jwks must not hold a user name or password: key sets are public");
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new Error(
      `jwks ${url.origin} is not encrypted, so that anybody on the way could change the keys: use https`,
    );
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new Error(`jwks cannot be ${url.protocol}: use a file or an https URL`);
  }
  return { kind: "url", name: `${url.origin}${url.pathname}`, url };
}

/**
 * Opens a source of keys. A file is read at once; an address is asked in the background.
 *
 * @throws {AuditError} `unreadable`, `untrusted_file` or `invalid_policy` for a file.
 */
export function createKeySource(location: KeyLocation, options: KeySourceOptions): KeySource {
  const { report, now = Date.now, readyMillis = DEFAULT_READY_MILLIS } = options;
  let keys: JwtKeys | undefined;
  let loadedAt = 0;
  let failures = 0;
  let notBefore = 0;
  let loading: Promise<boolean> | undefined;
  let isWaitedFor = false;
  let isComplained = false;
  let lastFailure: string | undefined;

  function accept(text: string): void {
    const next = parseKeySet(text);
    // The same keys stay the same object: what was verified with them stays verified.
    if (keys?.digest !== next.digest) keys = next;
    loadedAt = now();
    failures = 0;
    notBefore = loadedAt + COOLDOWN_MILLIS;
    if (isComplained) report(`the keys of ${location.name} are loaded: its tokens count again`);
    isComplained = false;
  }

  function complain(reason: string): void {
    if (isComplained) return;
    isComplained = true;
    const effect =
      keys === undefined
        ? "NO TOKEN COUNTS, its callers are recorded as anonymous until they are loaded"
        : "the ones of before go on to count";
    report(
      `the keys of ${location.name} cannot be loaded (${reason}): ${effect}; it is tried again`,
    );
  }

  async function attempt(): Promise<boolean> {
    try {
      accept(
        location.kind === "file"
          ? await readKeyFile(location.name, report)
          : await fetchText(location.url),
      );
      return true;
    } catch (error) {
      notBefore = now() + Math.min(COOLDOWN_MILLIS, FIRST_RETRY_MILLIS * 2 ** failures);
      failures++;
      lastFailure = messageOf(error);
      if (!isWaitedFor) complain(lastFailure);
      return false;
    }
  }

  function load(): Promise<boolean> {
    return (loading ??= attempt().finally(() => {
      loading = undefined;
    }));
  }

  function loadInBackground(): void {
    if (loading === undefined && now() >= notBefore) void load();
  }

  async function waitUntilLoaded(): Promise<void> {
    // This one keeps the process alive: somebody awaits it, and not for long.
    const { promise: isOver, resolve: stop } = Promise.withResolvers<boolean>();
    const timer = setTimeout(stop, readyMillis, true);
    isWaitedFor = true;
    try {
      for (let over = false; !over;) {
        const isLoaded = await Promise.race([load(), isOver.then(() => false)]);
        over = isLoaded || (await Promise.race([isOver, pause()]));
      }
    } finally {
      clearTimeout(timer);
      isWaitedFor = false;
    }
    if (keys === undefined) complain(lastFailure ?? `not within ${readyMillis / 1000} s`);
  }

  if (location.kind === "file") accept(readFirst(location.name, options));
  else loadInBackground();

  return {
    current() {
      if (keys !== undefined && now() - loadedAt > MAX_AGE_MILLIS) loadInBackground();
      return keys;
    },
    missed: loadInBackground,
    ready: async () => (keys === undefined ? waitUntilLoaded() : undefined),
  };
}

function pause(): Promise<boolean> {
  return new Promise((next) => setTimeout(next, RETRY_MILLIS, false));
}

async function readKeyFile(path: string, report: (line: string) => void): Promise<string> {
  checkTrust(path, report);
  return readFile(path, "utf8");
}

/** The first time, what is wrong with a file stops the start. */
function readFirst(path: string, { place, report }: KeySourceOptions): string {
  let text: string;
  try {
    checkTrust(path, report);
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof AuditError) {
      throw new AuditError(error.code, `${place}: ${error.message}`, { cause: error });
    }
    throw new AuditError("unreadable", `${place}: cannot read the keys: ${messageOf(error)}`, {
      cause: error,
    });
  }
  try {
    parseKeySet(text);
  } catch (error) {
    throw new AuditError("invalid_policy", `${place}: ${path}: ${messageOf(error)}`);
  }
  return text;
}
