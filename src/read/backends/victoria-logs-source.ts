import { AuditError, messageOf } from "../../lib/errors.ts";
import type { Block, FileProblem } from "../block.ts";
import { type BlockOptions, createBlockCutter } from "../block-cutter.ts";
import { EVERYTHING, type Query } from "../query/query.ts";
import type { TrailSource } from "../search/sources.ts";
import { logsqlOf } from "./logsql.ts";

/** How a VictoriaLogs is asked. */
export interface VictoriaLogsOptions {
  /** Sent with each request: a login, a tenant. */
  readonly headers?: Readonly<Record<string, string>>;
}

const PATH = "select/logsql/query";
/** More of an answer that says no is not shown. */
const MAX_ANSWER = 300;

/**
 * Records as a VictoriaLogs has them: it looks for what it can, and everything that it answers is tested
 * once more here.
 *
 * @param url its base, as in `http://127.0.0.1:9428`.
 * @throws {AuditError} `invalid_option` where it is no URL of HTTP. Asking it rejects with `unreadable`.
 */
export function victoriaLogsSource(
  url: string,
  { headers = {} }: VictoriaLogsOptions = {},
): TrailSource {
  const base = baseOf(url);
  return {
    name: base.origin,
    bytes: 0,
    blocks: (query = EVERYTHING, options = {}) => blocksOf(base, { query, headers, options }),
  };
}

function baseOf(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base?.protocol === "http:" || base?.protocol === "https:") return base;
  throw new AuditError(
    "invalid_option",
    `${JSON.stringify(url)} is no URL of a VictoriaLogs: write it as in http://127.0.0.1:9428`,
  );
}

interface Asking {
  readonly query: Query;
  readonly headers: Readonly<Record<string, string>>;
  readonly options: BlockOptions;
}

async function* blocksOf(
  base: URL,
  { query, headers, options }: Asking,
): AsyncGenerator<Block | FileProblem> {
  const place = new URL(`${base.pathname.replace(/\/?$/, "/")}${PATH}`, base);
  const response = await answerOf(place, {
    method: "POST",
    headers,
    body: new URLSearchParams({ query: logsqlOf(query) }),
  });
  const cutter = createBlockCutter(base.origin, options);
  try {
    for await (const chunk of response) yield* cutter.push(chunk);
  } catch (error) {
    throw unreadable(base, `its answer broke off: ${causeOf(error)}`, error);
  }
  yield* cutter.end();
}

async function answerOf(place: URL, request: RequestInit): Promise<AsyncIterable<Uint8Array>> {
  let response: Response;
  try {
    response = await fetch(place, request);
  } catch (error) {
    throw unreadable(place, causeOf(error), error);
  }
  if (response.ok && response.body !== null) return response.body;
  const text = await response.text();
  throw unreadable(place, `it answered ${response.status}: ${text.slice(0, MAX_ANSWER).trim()}`);
}

function unreadable({ origin }: URL, why: string, cause?: unknown): AuditError {
  return new AuditError("unreadable", `cannot ask ${origin}: ${why}`, { cause });
}

/** The reason of a failed `fetch` stands in its cause. */
function causeOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
