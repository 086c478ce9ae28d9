import { get as getHttp, type IncomingMessage } from "node:http";
import { get as getHttps } from "node:https";
import { context } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";

const TIMEOUT_MILLIS = 5000;
const MAX_BYTES = 1_048_576;

/**
 * Gets a small text over HTTP(S): no redirects, at most 1 MB, at most 5 s. It keeps no process
 * alive, and no span of the application tells of it.
 *
 * @throws as a rejection, with words for people.
 */
export function fetchText(url: URL): Promise<string> {
  return context.with(suppressTracing(context.active()), () => request(url));
}

function request(url: URL): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const get = url.protocol === "https:" ? getHttps : getHttp;
  const sent = get(
    url,
    {
      // A connection of its own, closed behind it: this happens a few times a day.
      agent: false,
      headers: { accept: "application/jwk-set+json, application/json" },
      signal: AbortSignal.timeout(TIMEOUT_MILLIS),
    },
    (response) => {
      if (response.statusCode === 200) {
        collect(response).then(resolve, reject);
        return;
      }
      response.resume();
      reject(new Error(`the answer is HTTP ${response.statusCode}`));
    },
  );
  sent.on("socket", (socket) => socket.unref());
  sent.on("error", (error) =>
    reject(error.name === "AbortError" ? new Error("no answer within 5 s") : error),
  );
  return promise;
}

async function collect(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error("the answer is longer than 1 MB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
