import { once } from "node:events";
import { createServer } from "node:http";
import { onTestFinished } from "vitest";

/** How the sink answers a request. */
export interface SinkAnswer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A receiver of OTLP/HTTP JSON on a free port that answers as it is told. */
export interface OtlpSink {
  readonly url: string;
  /** Record ids in the order they came, of requests that were answered 2xx without a rejection. */
  readonly taken: () => readonly string[];
  /** All requests, whatever was answered. */
  readonly requests: () => readonly {
    readonly headers: NodeJS.Dict<string | string[]>;
    readonly body: string;
  }[];
  /** What the next requests are answered, by number and content; the default is an empty 200. */
  answer: (request: number, body: string) => SinkAnswer;
  /** Resolves when the condition holds, looked at after every request. */
  readonly until: (holds: () => boolean) => Promise<void>;
}

const RECORD_ID = /"audit\.record\.id","value":\{"stringValue":"([^"]+)"/g;

/** Starts a sink; it ends with the test. */
export async function startOtlpSink(): Promise<OtlpSink> {
  const requests: { headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  const taken: string[] = [];
  let waiting: (() => void)[] = [];
  const sink = { answer: (_request: number, _body: string): SinkAnswer => ({ status: 200 }) };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      requests.push({ headers: request.headers, body });
      const answer = sink.answer(requests.length, body);
      if (answer.status < 300 && answer.body === undefined) {
        taken.push(...[...body.matchAll(RECORD_ID)].map(([, id]) => id ?? ""));
      }
      response
        .writeHead(answer.status, { "content-type": "application/json", ...answer.headers })
        .end(answer.body ?? "{}");
      for (const look of waiting) look();
    });
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return Object.assign(sink, {
    url: `http://127.0.0.1:${port}`,
    taken: () => taken,
    requests: () => requests,
    until: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (!holds()) return;
          waiting = waiting.filter((other) => other !== look);
          resolve();
        };
        waiting.push(look);
        look();
      }),
  });
}
