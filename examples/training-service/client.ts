/** A client for the training service: one method per RPC, promises and async iterables. */
import { credentials, makeClientConstructor, Metadata, type ServiceError } from "@grpc/grpc-js";
import { Readable, type Writable } from "node:stream";
import type {
  Annotation,
  AnnotationReply,
  AnnotationStart,
  EditTagsRequest,
  EditTagsResponse,
  ExecuteQueryRequest,
  ExecuteQueryResponse,
  ImportSample,
  ImportSamplesResponse,
  MetricPoint,
  RestoreCheckpointRequest,
  RestoreCheckpointResponse,
  RunRequest,
  RunResponse,
  SamplesRequest,
  SamplesResponse,
  SaveCheckpointRequest,
  SaveCheckpointResponse,
  SetPermissionRequest,
  SetPermissionResponse,
  StartEvaluationRequest,
  StartEvaluationResponse,
  UpdateParametersRequest,
  UpdateParametersResponse,
  WatchMetricsRequest,
  WriteNoteRequest,
  WriteNoteResponse,
} from "./messages.ts";
import { loadExperimentService } from "./trainer-proto.ts";

const REPLY_LIMIT_MILLIS = 30_000;

/** Who calls. An empty one sends neither header, as somebody unknown would. */
export interface Identity {
  readonly user?: string;
  readonly type?: "user" | "agent";
}

/** A method that sends one request and resolves to its reply, or rejects with a `ServiceError`. */
export type Call<Request, Reply> = (request: Request) => Promise<Reply>;

/** A connection to the training service. */
export interface TrainingClient {
  readonly updateParameters: Call<UpdateParametersRequest, UpdateParametersResponse>;
  readonly pause: Call<RunRequest, RunResponse>;
  readonly resume: Call<RunRequest, RunResponse>;
  readonly editTags: Call<EditTagsRequest, EditTagsResponse>;
  readonly discardSamples: Call<SamplesRequest, SamplesResponse>;
  readonly restoreSamples: Call<SamplesRequest, SamplesResponse>;
  readonly executeQuery: Call<ExecuteQueryRequest, ExecuteQueryResponse>;
  readonly saveCheckpoint: Call<SaveCheckpointRequest, SaveCheckpointResponse>;
  readonly restoreCheckpoint: Call<RestoreCheckpointRequest, RestoreCheckpointResponse>;
  readonly startEvaluation: Call<StartEvaluationRequest, StartEvaluationResponse>;
  readonly writeNote: Call<WriteNoteRequest, WriteNoteResponse>;
  readonly setPermission: Call<SetPermissionRequest, SetPermissionResponse>;
  /** Sends the samples, then resolves to the one reply. */
  readonly importSamples: (samples: readonly ImportSample[]) => Promise<ImportSamplesResponse>;
  /** The points as they come; leaving the loop cancels the call. */
  readonly watchMetrics: (request: WatchMetricsRequest) => AsyncGenerator<MetricPoint, void>;
  /** Puts a tag on samples as their ids come, and yields the replies; leaving the loop cancels the call. */
  readonly annotate: (
    start: AnnotationStart,
    sampleIds: Iterable<string> | AsyncIterable<string>,
  ) => AsyncGenerator<AnnotationReply, void>;
  readonly close: () => void;
}

/** Connects to a training service, for example `connect("127.0.0.1:50051", { user: "ann" })`. */
export function connect(address: string, identity: Identity = {}): TrainingClient {
  const stub = createStub(address);
  const metadata = metadataOf(identity);

  const unary =
    <Request, Reply>(method: UnaryMethod<Request, Reply>): Call<Request, Reply> =>
    (request) =>
      new Promise((resolve, reject) => {
        const deadline = Date.now() + REPLY_LIMIT_MILLIS;
        method.call(stub, request, metadata, { deadline }, settle(resolve, reject));
      });

  return {
    updateParameters: unary(stub.UpdateParameters),
    pause: unary(stub.Pause),
    resume: unary(stub.Resume),
    editTags: unary(stub.EditTags),
    discardSamples: unary(stub.DiscardSamples),
    restoreSamples: unary(stub.RestoreSamples),
    executeQuery: unary(stub.ExecuteQuery),
    saveCheckpoint: unary(stub.SaveCheckpoint),
    restoreCheckpoint: unary(stub.RestoreCheckpoint),
    startEvaluation: unary(stub.StartEvaluation),
    writeNote: unary(stub.WriteNote),
    setPermission: unary(stub.SetPermission),
    importSamples: (samples) =>
      new Promise((resolve, reject) => {
        const deadline = Date.now() + REPLY_LIMIT_MILLIS;
        const call = stub.ImportSamples(metadata, { deadline }, settle(resolve, reject));
        for (const sample of samples) call.write(sample);
        call.end();
      }),
    watchMetrics: (request) => messagesOf(() => stub.WatchMetrics(request, metadata)),
    annotate: (start, sampleIds) =>
      messagesOf(() => {
        const call = stub.Annotate(metadata);
        const source = Readable.from(annotationsOf(start, sampleIds));
        source.on("error", (error) => call.destroy(error));
        call.on("close", () => source.destroy());
        source.pipe(call);
        return call;
      }),
    close: () => stub.close(),
  };
}

// Opens a call with the first `next()` and cancels it when nobody wants more of it.
async function* messagesOf<Message>(open: () => Incoming<Message>): AsyncGenerator<Message, void> {
  const call = open();
  // After a loop that was left early comes CANCELLED, as an event that nobody else listens to.
  call.on("error", () => undefined);
  try {
    yield* call;
  } finally {
    call.cancel();
  }
}

async function* annotationsOf(
  start: AnnotationStart,
  sampleIds: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<Annotation, void> {
  yield { start };
  for await (const sample_id of sampleIds) yield { sample_id };
}

function settle<Reply>(
  resolve: (reply: Reply) => void,
  reject: (error: Error) => void,
): Callback<Reply> {
  return (error, reply) => {
    if (error !== null) reject(error);
    else if (reply === undefined) reject(new Error("neither a reply nor an error came"));
    else resolve(reply);
  };
}

function metadataOf({ user, type = "user" }: Identity): Metadata {
  const metadata = new Metadata();
  if (user === undefined) return metadata;
  metadata.set("x-user", user);
  metadata.set("x-user-type", type);
  return metadata;
}

type Callback<Reply> = (error: ServiceError | null, reply?: Reply) => void;

type UnaryMethod<Request, Reply> = (
  request: Request,
  metadata: Metadata,
  options: { readonly deadline: number },
  callback: Callback<Reply>,
) => unknown;

/** A stream of replies: what of `ClientReadableStream` is needed here, with its messages typed. */
interface Incoming<Message> extends AsyncIterable<Message> {
  cancel(): void;
  on(event: "error" | "close", listener: () => void): unknown;
}

/** The methods that grpc-js makes at run time out of the service definition. */
interface Stub {
  readonly UpdateParameters: UnaryMethod<UpdateParametersRequest, UpdateParametersResponse>;
  readonly Pause: UnaryMethod<RunRequest, RunResponse>;
  readonly Resume: UnaryMethod<RunRequest, RunResponse>;
  readonly EditTags: UnaryMethod<EditTagsRequest, EditTagsResponse>;
  readonly DiscardSamples: UnaryMethod<SamplesRequest, SamplesResponse>;
  readonly RestoreSamples: UnaryMethod<SamplesRequest, SamplesResponse>;
  readonly ExecuteQuery: UnaryMethod<ExecuteQueryRequest, ExecuteQueryResponse>;
  readonly SaveCheckpoint: UnaryMethod<SaveCheckpointRequest, SaveCheckpointResponse>;
  readonly RestoreCheckpoint: UnaryMethod<RestoreCheckpointRequest, RestoreCheckpointResponse>;
  readonly StartEvaluation: UnaryMethod<StartEvaluationRequest, StartEvaluationResponse>;
  readonly WriteNote: UnaryMethod<WriteNoteRequest, WriteNoteResponse>;
  readonly SetPermission: UnaryMethod<SetPermissionRequest, SetPermissionResponse>;
  ImportSamples(
    metadata: Metadata,
    options: { readonly deadline: number },
    callback: Callback<ImportSamplesResponse>,
  ): Writable;
  WatchMetrics(request: WatchMetricsRequest, metadata: Metadata): Incoming<MetricPoint>;
  Annotate(metadata: Metadata): Incoming<AnnotationReply> & Writable;
  close(): void;
}

/**
 * The only cast of the client. grpc-js builds its client from a file that is read at run time, so
 * its type can say no more than "some functions": that they take and give what `training.proto`
 * declares is written down in {@link Stub} by hand, and kept true by the example's test.
 */
function createStub(address: string): Stub {
  const StubClass = makeClientConstructor(
    // `defaults: true`: replies are whole, an empty field is 0 or "" instead of absent.
    loadExperimentService({ defaults: true }),
    "ExperimentService",
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return new StubClass(address, credentials.createInsecure()) as unknown as Stub;
}
