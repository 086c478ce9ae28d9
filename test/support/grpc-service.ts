/** Real gRPC servers and clients whose messages are JSON, for any copy of grpc-js. */
import type * as Grpc from "@grpc/grpc-js";

/** The copy of grpc-js that a test uses. */
export type GrpcCopy = typeof Grpc;

/** The four kinds of calls. */
export type Kind = "unary" | "clientStream" | "serverStream" | "bidi";

/** All four. */
export const KINDS: readonly Kind[] = ["unary", "clientStream", "serverStream", "bidi"];

/** The call a handler of any kind gets, with what the tests use of it. */
export type ServerCall = Grpc.ServerUnaryCall<object, object> &
  Grpc.ServerReadableStream<object, object> &
  Grpc.ServerWritableStream<object, object>;

/** A handler of any kind; for streams there is no callback. */
export type Handler = (call: ServerCall, callback: Grpc.sendUnaryData<object>) => unknown;

/** A method of the service under test; without a handler it is declared and not implemented. */
export interface Method {
  readonly kind: Kind;
  readonly handler?: Handler;
}

/** A server that listens. */
export interface Service {
  readonly address: string;
  readonly close: () => void;
  readonly server: Grpc.Server;
}

/** A client may send bytes that are no message. */
const toBytes = (value: object): Buffer =>
  Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
const deserialize = (bytes: Buffer): object => JSON.parse(bytes.toString()) as object;

/** Starts a server for `<service>/<method>`. */
export async function serve(
  grpc: GrpcCopy,
  methods: Readonly<Record<string, Method>>,
  options: {
    readonly service?: string;
    readonly credentials?: Grpc.ServerCredentials;
    readonly address?: string;
    readonly server?: Grpc.ServerOptions;
  } = {},
): Promise<Service> {
  const { service = "probe.Probe", credentials = grpc.ServerCredentials.createInsecure() } =
    options;
  const definition: Record<string, Grpc.MethodDefinition<object, object>> = {};
  const implementation: Record<string, Grpc.UntypedHandleCall> = {};
  for (const [name, { kind, handler }] of Object.entries(methods)) {
    definition[name] = {
      path: `/${service}/${name}`,
      requestStream: kind === "clientStream" || kind === "bidi",
      responseStream: kind === "serverStream" || kind === "bidi",
      requestSerialize: toBytes,
      requestDeserialize: deserialize,
      responseSerialize: toBytes,
      responseDeserialize: deserialize,
    };
    if (handler !== undefined) implementation[name] = handler as Grpc.UntypedHandleCall;
  }
  const server = new grpc.Server(options.server ?? {});
  server.addService(definition, implementation);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync(options.address ?? "127.0.0.1:0", credentials, (error, port) =>
    error === null ? resolve(port) : reject(error),
  );
  const port = await promise;
  return {
    address: options.address?.startsWith("unix:") === true ? options.address : `127.0.0.1:${port}`,
    close: () => server.forceShutdown(),
    server,
  };
}

/** All that a client learns of a call. */
export interface Reply {
  readonly code: number;
  readonly details: string;
  readonly messages: readonly object[];
  readonly trailers: Readonly<Record<string, unknown>>;
}

/** How to call. */
export interface CallOptions {
  readonly messages?: readonly object[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadline?: Date;
  readonly credentials?: Grpc.ChannelCredentials;
  readonly service?: string;
  readonly channel?: Grpc.ChannelOptions;
  /** Gets the call when it has begun, to cancel it. */
  readonly onCall?: (call: { readonly cancel: () => void }) => void;
  /** The client has learned the status, just now. */
  readonly onStatus?: () => void;
}

/** Makes one call over a connection of its own; resolves when the client knows the status. */
export async function call(
  grpc: GrpcCopy,
  address: string,
  name: string,
  kind: Kind,
  options: CallOptions = {},
): Promise<Reply> {
  const client = new grpc.Client(
    address,
    options.credentials ?? grpc.credentials.createInsecure(),
    options.channel ?? {},
  );
  const path = `/${options.service ?? "probe.Probe"}/${name}`;
  const metadata = new grpc.Metadata();
  for (const [key, value] of Object.entries(options.metadata ?? {})) metadata.set(key, value);
  const callOptions = options.deadline === undefined ? {} : { deadline: options.deadline };
  const [first = {}, ...rest] = options.messages ?? [{}];
  const messages: object[] = [];
  const { promise, resolve } = Promise.withResolvers<Grpc.StatusObject>();
  const done = (_error: unknown, value?: object): void => {
    if (value !== undefined) messages.push(value);
  };
  let running: NodeJS.EventEmitter & { readonly cancel: () => void };
  switch (kind) {
    case "unary":
      running = client.makeUnaryRequest(
        path,
        toBytes,
        deserialize,
        first,
        metadata,
        callOptions,
        done,
      );
      break;
    case "clientStream": {
      const stream = client.makeClientStreamRequest(
        path,
        toBytes,
        deserialize,
        metadata,
        callOptions,
        done,
      );
      for (const message of [first, ...rest]) stream.write(message);
      stream.end();
      running = stream;
      break;
    }
    case "serverStream":
      running = client
        .makeServerStreamRequest(path, toBytes, deserialize, first, metadata, callOptions)
        .on("data", (message: object) => messages.push(message));
      break;
    case "bidi": {
      const stream = client.makeBidiStreamRequest(
        path,
        toBytes,
        deserialize,
        metadata,
        callOptions,
      );
      stream.on("data", (message: object) => messages.push(message));
      for (const message of [first, ...rest]) stream.write(message);
      stream.end();
      running = stream;
      break;
    }
  }
  running.on("error", () => {});
  running.on("status", (status: Grpc.StatusObject) => {
    options.onStatus?.();
    resolve(status);
  });
  options.onCall?.(running);
  const status = await promise;
  // The callback of a unary call comes after its status event, in the same turn.
  await new Promise((next) => setImmediate(next));
  client.close();
  // Not decided by the handler; whether a deadline is noticed here or there is a race.
  const { date: _date, "content-type": _type, ...trailers } = status.metadata.getMap();
  return {
    code: status.code,
    // The client's own deadline text ends with durations and ports.
    details: status.details.replace(/^(Deadline exceeded) after .*/, "$1"),
    messages,
    trailers,
  };
}
