import * as grpc from "@grpc/grpc-js";
import { onTestFinished } from "vitest";

/** How the sink answers a call: a status, or the bytes of an ExportLogsServiceResponse. */
export type GrpcAnswer = Partial<grpc.StatusObject> | Buffer;

/** A receiver of OTLP/gRPC on a free port: a real server, with messages as bytes. */
export interface OtlpGrpcSink {
  /** `host:port`. */
  readonly address: string;
  readonly calls: () => readonly { readonly metadata: grpc.Metadata; readonly body: Buffer }[];
  /** Record ids in the order they came, of calls that were answered with an empty response. */
  readonly taken: () => readonly string[];
  /** Default: an empty response. */
  answer: (call: number) => GrpcAnswer | undefined;
}

/** The key, the any-value of a known length, and in it a text of a known length. */
// oxlint-disable-next-line no-control-regex -- 0x12 is the tag of field 2 (protobuf encoding, "Message Structure").
const RECORD_ID = new RegExp("audit\\.record\\.id\u0012.\n(.)", "gs");

function recordIds(body: Buffer): readonly string[] {
  const text = body.toString("latin1");
  return [...text.matchAll(RECORD_ID)].map((match) => {
    const from = match.index + match[0].length;
    return text.slice(from, from + (match[1] ?? "").charCodeAt(0));
  });
}

const asIs = (bytes: Buffer): Buffer => bytes;

/** Starts a sink; it ends with the test. */
export async function startOtlpGrpcSink(
  credentials: grpc.ServerCredentials = grpc.ServerCredentials.createInsecure(),
  options: grpc.ServerOptions = {},
): Promise<OtlpGrpcSink> {
  const calls: { metadata: grpc.Metadata; body: Buffer }[] = [];
  const taken: string[] = [];
  const sink = { answer: (_call: number): GrpcAnswer | undefined => undefined };
  const server = new grpc.Server(options);
  server.addService(
    {
      Export: {
        path: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        requestStream: false,
        responseStream: false,
        requestSerialize: asIs,
        requestDeserialize: asIs,
        responseSerialize: asIs,
        responseDeserialize: asIs,
      },
    },
    {
      Export(
        call: grpc.ServerUnaryCall<Buffer, Buffer>,
        callback: grpc.sendUnaryData<Buffer>,
      ): void {
        calls.push({ metadata: call.metadata, body: call.request });
        const answer = sink.answer(calls.length);
        if (answer === undefined) taken.push(...recordIds(call.request));
        if (answer === undefined || Buffer.isBuffer(answer)) {
          callback(null, answer ?? Buffer.alloc(0));
        } else {
          callback(answer);
        }
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return Object.assign(sink, {
    address: `127.0.0.1:${port}`,
    calls: () => calls,
    taken: () => taken,
  });
}

/** A length-delimited protobuf field below 128 bytes. */
export function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** A varint protobuf field below 128. */
export function varintField(number: number, value: number): Buffer {
  return Buffer.from([number << 3, value]);
}
