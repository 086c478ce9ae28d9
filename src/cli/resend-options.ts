/** What was typed after `otel-audit resend`, checked. */
import { AuditError } from "../lib/errors.ts";
import { resolveShipping, type ShippingOptions } from "../setup/shipping-options.ts";
import type { ResendCommandOptions } from "./resend-command.ts";
import type { ResendRange } from "./resend-reader.ts";
import { windowOf } from "./time-option.ts";

const DEFAULT_BATCH = 500;
/** A request of more is larger than receivers take, whatever the records are. */
const MAX_BATCH = 10_000;
const MAX_RATE = 1_000_000;

/** How fast, and in which pieces. */
export interface ResendSpeed {
  readonly batch: number;
  readonly perSecond: number | undefined;
}

/** @throws {AuditError} `invalid_option`. */
export function speedOf({ batch, rate }: ResendCommandOptions): ResendSpeed {
  return {
    batch: batch === undefined ? DEFAULT_BATCH : wholeNumber(batch, "--batch", MAX_BATCH),
    perSecond: rate === undefined ? undefined : wholeNumber(rate, "--rate", MAX_RATE),
  };
}

/** @throws {AuditError} `invalid_option`. */
export function rangeOf(options: ResendCommandOptions): ResendRange {
  const { stream, fromSequence, toSequence } = options;
  if (stream === undefined && (fromSequence ?? toSequence) !== undefined) {
    throw new AuditError(
      "invalid_option",
      "--from-sequence and --to-sequence count within a stream: name it with --stream",
    );
  }
  const number = (text: string | undefined, name: string, absent: number): number =>
    text === undefined ? absent : wholeNumber(text, name, Number.MAX_SAFE_INTEGER);
  const range = {
    stream,
    fromSequence: number(fromSequence, "--from-sequence", 0),
    toSequence: number(toSequence, "--to-sequence", Infinity),
    ...windowOf(options),
  };
  if (range.fromSequence > range.toSequence)
    throw empty(`--from-sequence ${fromSequence} is larger than --to-sequence ${toSequence}`);
  return range;
}

/** The range as it was typed; empty: all is wanted. */
export function rangeText(options: ResendCommandOptions): string {
  const { stream, fromSequence, toSequence, since, until } = options;
  return Object.entries({
    "--stream": stream,
    "--from-sequence": fromSequence,
    "--to-sequence": toSequence,
    "--since": since,
    "--until": until,
  })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
    .join(" ");
}

function empty(why: string): AuditError {
  return new AuditError("invalid_option", `${why}: there is nothing between them`);
}

/**
 * Where it is sent to, and how.
 *
 * @throws {AuditError} `invalid_option`; it never quotes a header's value.
 */
export function receiverOf(
  options: ResendCommandOptions,
  env: Readonly<Record<string, string | undefined>>,
): ShippingOptions {
  const { endpoint, protocol, header, certificate, clientCertificate, clientKey } = options;
  const shipping = resolveShipping(
    {
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(protocol === undefined ? {} : { protocol }),
      ...(header === undefined ? {} : { headers: headersOf(header) }),
      ...(certificate === undefined ? {} : { certificateFile: certificate }),
      ...(clientCertificate === undefined ? {} : { clientCertificateFile: clientCertificate }),
      ...(clientKey === undefined ? {} : { clientKeyFile: clientKey }),
    },
    env,
  );
  if (shipping !== undefined) return shipping;
  throw new AuditError(
    "invalid_option",
    "nowhere to send to: pass --endpoint, set AUDIT_OTLP_ENDPOINT as it is set for the service, or AUDIT_SHIP=otel",
  );
}

/**
 * Headers as `name=value`.
 *
 * @throws {AuditError} `invalid_option`; it never quotes a value.
 */
export function headersOf(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((text) => {
      const equals = text.indexOf("=");
      if (equals > 0) return [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
      throw new AuditError("invalid_option", "--header must be name=value");
    }),
  );
}

/**
 * A whole number from 1 on.
 *
 * @throws {AuditError} `invalid_option`.
 */
export function wholeNumber(text: string, name: string, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 1 && number <= max) return number;
  throw new AuditError(
    "invalid_option",
    `${name} must be a whole number from 1 to ${max}; it is ${JSON.stringify(text)}`,
  );
}
