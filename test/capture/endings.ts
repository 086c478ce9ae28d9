/** Every way a call can end, by kind of call, and what its record has to say. */
import { once } from "node:events";
import {
  call,
  type GrpcCopy,
  type Handler,
  type Kind,
  type Reply,
  serve,
} from "../support/grpc-service.ts";

/** How a handler tells the driver what happens. */
interface Events {
  readonly entered: () => void;
  /** The handler has done all it will do. */
  readonly done: () => void;
}

/** One ending. */
export interface Ending {
  readonly name: string;
  readonly kind: Kind;
  readonly handler: (...args: [...Parameters<Handler>, Events]) => unknown;
  /** What the client does: wait for the reply, cancel once the handler runs, or set a deadline. */
  readonly client?: "cancel" | "deadline";
  readonly record: {
    readonly rpcStatus: string | RegExp;
    readonly outcome: string;
    readonly error?: string | RegExp;
  };
  /** The text of the delivery record, where the reply does not reach the client. */
  readonly undelivered?: RegExp;
}

const OK = { rpcStatus: "OK", outcome: "success" };
const DENIED = { rpcStatus: "PERMISSION_DENIED", outcome: "denied", error: "not you" };
const BROKEN = { rpcStatus: "UNKNOWN", outcome: "failure", error: "broken" };
const LOST = { rpcStatus: "UNKNOWN", outcome: "unknown", error: "broken" };
const CANCELLED = {
  rpcStatus: "CANCELLED",
  outcome: "unknown",
  error: "cancelled before the handler answered",
};
/** Who notices first, server or client, is open. */
const LATE = {
  rpcStatus: /^(CANCELLED|DEADLINE_EXCEEDED)$/,
  outcome: "unknown",
  error: /^(cancelled before the handler answered|Deadline exceeded)$/,
};
const denied = { code: 7, details: "not you", message: "7 PERMISSION_DENIED: not you" };

type TrailersOf = (key: string, value: string) => InstanceType<GrpcCopy["Metadata"]>;

/** The endings of all kinds, for a copy of grpc-js. */
export function endingsOf(grpc: GrpcCopy): readonly Ending[] {
  const trailers: TrailersOf = (key, value) => {
    const metadata = new grpc.Metadata();
    metadata.set(key, value);
    return metadata;
  };
  return [
    ...(["unary", "clientStream"] as const).flatMap((kind) => callbackEndings(kind, trailers)),
    ...(["serverStream", "bidi"] as const).flatMap((kind) => streamEndings(kind, trailers)),
  ];
}

function callbackEndings(kind: Kind, trailers: TrailersOf): readonly Ending[] {
  return [
    { name: "answers", kind, handler: (_, callback) => callback(null, { a: 1 }), record: OK },
    {
      name: "answers with trailers",
      kind,
      handler: (_, callback) => callback(null, { a: 1 }, trailers("x-left", "3")),
      record: OK,
    },
    {
      name: "answers later, from an async handler",
      kind,
      handler: async (_, callback) => {
        await Promise.resolve();
        callback(null, { a: 1 });
      },
      record: OK,
    },
    {
      name: "answers with a status",
      kind,
      handler: (_, callback) => callback(denied),
      record: DENIED,
    },
    {
      name: "answers with a status and trailers",
      kind,
      handler: (_, callback) => callback(denied, null, trailers("x-why", "role")),
      record: DENIED,
    },
    {
      name: "answers with an Error",
      kind,
      handler: (_, callback) => callback(new Error("broken")),
      record: BROKEN,
    },
    {
      name: "throws",
      kind,
      handler: () => {
        throw new Error("broken");
      },
      record: BROKEN,
    },
    {
      name: "throws a status, which gRPC does not send",
      kind,
      handler: () => {
        throw Object.assign(new Error("broken"), { code: 7 });
      },
      record: BROKEN,
    },
    {
      name: "answers, then throws",
      kind,
      handler: (_, callback) => {
        callback(null, { a: 1 });
        throw new Error("broken");
      },
      record: OK,
      undelivered: /^the client was told UNKNOWN: /,
    },
    {
      name: "answers what cannot be serialized",
      kind,
      handler: (_, callback) => callback(null, { toJSON: fail }),
      record: OK,
      undelivered: /^the client was told INTERNAL: Error serializing response/,
    },
    {
      name: "answers twice",
      kind,
      handler: (_, callback) => {
        callback(denied);
        callback(denied);
      },
      record: DENIED,
    },
    {
      name: "emits an error",
      kind,
      handler: (running) => void running.emit("error", denied),
      record: DENIED,
    },
    {
      name: "rejects",
      kind,
      client: "cancel",
      handler: async (_, _callback, { entered, done }) => {
        await Promise.resolve();
        entered();
        done();
        throw new Error("broken");
      },
      record: LOST,
    },
    {
      name: "is cancelled and answers all the same",
      kind,
      client: "cancel",
      handler: answerWhenCancelled,
      record: OK,
      undelivered: /^the call was over before there was a reply$/,
    },
    {
      name: "is cancelled and never answers",
      kind,
      client: "cancel",
      handler: async (running, _, { entered, done }) => {
        entered();
        await once(running, "cancelled");
        done();
      },
      record: CANCELLED,
    },
    {
      name: "is late and answers all the same",
      kind,
      client: "deadline",
      handler: answerWhenCancelled,
      record: OK,
      undelivered: OVER,
    },
  ];
}

/** Who notices the deadline first, here or there, is open. */
const OVER =
  /^(the call was over before there was a reply|the connection ended before the reply had left|the client was told DEADLINE_EXCEEDED: Deadline exceeded)$/;

function fail(): never {
  throw new Error("no JSON");
}

function answerWhenCancelled(...[running, callback, events]: Parameters<Ending["handler"]>): void {
  running.once("cancelled", () => {
    callback(null, { a: 1 });
    events.done();
  });
  events.entered();
}

function streamEndings(kind: Kind, trailers: TrailersOf): readonly Ending[] {
  return [
    {
      name: "ends",
      kind,
      handler: (running) => {
        running.write({ a: 1 });
        running.write({ a: 2 });
        running.end();
      },
      record: OK,
    },
    {
      name: "ends with trailers",
      kind,
      handler: (running) => void running.end(trailers("x-left", "3")),
      record: OK,
    },
    {
      name: "ends later, from an async handler",
      kind,
      handler: async (running) => {
        await Promise.resolve();
        running.write({ a: 1 });
        running.end();
      },
      record: OK,
    },
    {
      name: "writes what cannot be serialized",
      kind,
      handler: (running) => {
        running.write({ toJSON: fail });
        running.end();
      },
      record: { ...CANCELLED, rpcStatus: "INTERNAL", error: /^Error serializing response/ },
    },
    {
      name: "emits an error",
      kind,
      handler: (running) => {
        running.write({ a: 1 });
        running.emit("error", denied);
      },
      record: DENIED,
    },
    {
      name: "emits an Error",
      kind,
      handler: (running) => void running.emit("error", new Error("broken")),
      record: BROKEN,
    },
    {
      name: "throws",
      kind,
      handler: () => {
        throw new Error("broken");
      },
      record: BROKEN,
    },
    {
      name: "rejects",
      kind,
      client: "cancel",
      handler: async (_, _callback, { entered, done }) => {
        await Promise.resolve();
        entered();
        done();
        throw new Error("broken");
      },
      record: LOST,
    },
    { name: "is cancelled", kind, client: "cancel", handler: waitForCancel, record: CANCELLED },
    { name: "is late", kind, client: "deadline", handler: waitForCancel, record: LATE },
    {
      name: "destroys the stream with an error, then the client gives up",
      kind,
      client: "cancel",
      handler: (running, _, { entered, done }) => {
        running.once("cancelled", done);
        running.once("error", entered);
        running.destroy(new Error("broken"));
      },
      record: { ...BROKEN, outcome: "unknown" },
    },
  ];
}

function waitForCancel(...[running, , events]: Parameters<Ending["handler"]>): void {
  running.once("cancelled", events.done);
  events.entered();
}

/** Long enough for a handler to be entered on a busy machine. */
const DEADLINE_MILLIS = 600;

/** Serves one ending, calls it once, and gives what the client saw. */
export async function runEnding(
  grpc: GrpcCopy,
  ending: Ending,
  onReply: () => void = () => {},
): Promise<Reply> {
  const entered = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const events: Events = { entered: entered.resolve, done: done.resolve };
  const service = await serve(grpc, {
    Do: {
      kind: ending.kind,
      handler: (running, callback) => ending.handler(running, callback, events),
    },
  });
  try {
    const reply = await call(grpc, service.address, "Do", ending.kind, {
      ...(ending.client === "deadline" ? { deadline: new Date(Date.now() + DEADLINE_MILLIS) } : {}),
      onCall(running) {
        if (ending.client === "cancel") void entered.promise.then(() => running.cancel());
      },
      onStatus: onReply,
    });
    if (ending.client !== undefined) await done.promise;
    return reply;
  } finally {
    service.close();
  }
}
