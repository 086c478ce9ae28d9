/**
 * The service on top of the experiment: who is asking, may they, and how a refusal is told in gRPC.
 *
 * In: an experiment and a role table. Out: one handler for each method of `training.proto`.
 */
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  type ServerWritableStream,
  type UntypedServiceImplementation,
  status,
} from "@grpc/grpc-js";
import { setTimeout as sleep } from "node:timers/promises";
import { ExperimentError, type ExperimentErrorKind } from "./experiment-error.ts";
import type { Experiment } from "./experiment.ts";
import type {
  Annotation,
  AnnotationReply,
  EditTagsRequest,
  EditTagsResponse,
  ExecuteQueryRequest,
  ExecuteQueryResponse,
  ImportSample,
  ImportSamplesResponse,
  MetricPoint,
  Received,
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
import { isRole, type RoleTable } from "./roles.ts";

const MILLIS_BETWEEN_METRICS = 20;

const STATUS_OF: Readonly<Record<ExperimentErrorKind, status>> = {
  "not-found": status.NOT_FOUND,
  invalid: status.INVALID_ARGUMENT,
  "already-exists": status.ALREADY_EXISTS,
};

interface AboutExperiment {
  readonly experiment_id: string;
}

/** The part of every kind of call that says who is asking for what. */
interface AnyCall {
  readonly metadata: Metadata;
  getPath(): string;
}

/** What the handlers stand on. */
export interface TrainingServiceParts {
  readonly experiment: Experiment;
  readonly roles: RoleTable;
  /** Aborted when the service shuts down: streams without an end of their own end then. */
  readonly stopping: AbortSignal;
}

/** The handlers of `trainer.ExperimentService`, for `server.addService`. */
export function createTrainingService(parts: TrainingServiceParts): UntypedServiceImplementation {
  const { experiment, roles } = parts;
  const { dataset } = experiment;

  /** A unary handler of something that is about the experiment. */
  const on = <Request extends AboutExperiment, Reply>(
    handle: (request: Received<Request>) => Reply,
  ): handleUnaryCall<Received<Request>, Reply> =>
    unary(roles, (request) => {
      experiment.expectId(request.experiment_id);
      return handle(request);
    });

  return {
    UpdateParameters: on<UpdateParametersRequest, UpdateParametersResponse>((request) =>
      experiment.update(request),
    ),
    Pause: on<RunRequest, RunResponse>(() => experiment.pause()),
    Resume: on<RunRequest, RunResponse>(() => experiment.resume()),
    EditTags: on<EditTagsRequest, EditTagsResponse>((request) => dataset.editTags(request)),
    DiscardSamples: on<SamplesRequest, SamplesResponse>((request) => dataset.discard(request)),
    RestoreSamples: on<SamplesRequest, SamplesResponse>((request) => dataset.restore(request)),
    ExecuteQuery: on<ExecuteQueryRequest, ExecuteQueryResponse>((request) =>
      dataset.query(request),
    ),
    ImportSamples: importSamples(parts),
    Annotate: annotate(parts),
    SaveCheckpoint: on<SaveCheckpointRequest, SaveCheckpointResponse>((request) =>
      experiment.saveCheckpoint(request),
    ),
    RestoreCheckpoint: on<RestoreCheckpointRequest, RestoreCheckpointResponse>((request) =>
      experiment.restoreCheckpoint(request),
    ),
    StartEvaluation: on<StartEvaluationRequest, StartEvaluationResponse>((request) =>
      experiment.startEvaluation(request),
    ),
    WatchMetrics: watchMetrics(parts),
    WriteNote: on<WriteNoteRequest, WriteNoteResponse>((request) => experiment.writeNote(request)),
    SetPermission: unary<SetPermissionRequest, SetPermissionResponse>(roles, (request) =>
      setPermission(roles, request),
    ),
  };
}

function unary<Request, Reply>(
  roles: RoleTable,
  handle: (request: Received<Request>) => Reply,
): handleUnaryCall<Received<Request>, Reply> {
  return (call, callback) => {
    try {
      authorise(roles, call);
      callback(null, handle(call.request));
    } catch (error) {
      callback(asStatus(error));
    }
  };
}

/** All samples of the stream together, or none of them. */
function importSamples({
  experiment,
  roles,
}: TrainingServiceParts): handleClientStreamingCall<Received<ImportSample>, ImportSamplesResponse> {
  return (call, callback) => {
    try {
      authorise(roles, call);
    } catch (error) {
      callback(asStatus(error));
      return;
    }
    const samples: Received<ImportSample>[] = [];
    call.on("data", (sample: Received<ImportSample>) => samples.push(sample));
    call.on("end", () => {
      try {
        callback(null, experiment.dataset.import(samples));
      } catch (error) {
        callback(asStatus(error));
      }
    });
  };
}

/** Each sample is tagged and answered as it comes; a malformed message ends the stream. */
function annotate({
  experiment,
  roles,
}: TrainingServiceParts): handleBidiStreamingCall<Received<Annotation>, AnnotationReply> {
  return (call) => {
    let tag: string | undefined;
    let failed = false;
    const attempt = (step: () => void): void => {
      if (failed) return;
      try {
        step();
      } catch (error) {
        failed = true;
        call.emit("error", asStatus(error));
      }
    };
    attempt(() => authorise(roles, call));
    call.on("data", ({ start, sample_id }: Received<Annotation>) =>
      attempt(() => {
        if (tag === undefined) tag = tagOf(experiment, start);
        else if (sample_id) call.write(experiment.dataset.annotate(tag, sample_id));
        else throw new ExperimentError("invalid", "after the start, each message names a sample");
      }),
    );
    call.on("end", () => attempt(() => call.end()));
  };
}

/** The tag that an annotation stream is about, as its first message has to say. */
function tagOf(experiment: Experiment, start: Annotation["start"]): string {
  if (!start?.tag) throw new ExperimentError("invalid", "the first message must name the tag");
  experiment.expectId(start.experiment_id);
  return start.tag;
}

function watchMetrics({
  experiment,
  roles,
  stopping,
}: TrainingServiceParts): handleServerStreamingCall<Received<WatchMetricsRequest>, MetricPoint> {
  const send = async (
    call: ServerWritableStream<Received<WatchMetricsRequest>, MetricPoint>,
  ): Promise<void> => {
    authorise(roles, call);
    experiment.expectId(call.request.experiment_id);
    const { count = 0 } = call.request;
    if (count < 0) throw new ExperimentError("invalid", `count must not be negative: ${count}`);
    const limit = count === 0 ? Number.POSITIVE_INFINITY : count;
    for (let sent = 0; sent < limit; sent += 1) {
      if (call.cancelled || stopping.aborted) break;
      call.write(experiment.nextMetrics());
      await sleep(MILLIS_BETWEEN_METRICS);
    }
    call.end();
  };
  return (call) => {
    send(call).catch((error: unknown) => call.emit("error", asStatus(error)));
  };
}

function setPermission(
  roles: RoleTable,
  request: Received<SetPermissionRequest>,
): SetPermissionResponse {
  const { subject = "", role = "" } = request;
  if (subject === "") throw new ExperimentError("invalid", "a permission without subject");
  if (!isRole(role)) throw new ExperimentError("invalid", `unknown role: "${role}"`);
  return { previous_role: roles.assign(subject, role) };
}

/** @throws StatusError `UNAUTHENTICATED` without an x-user, `PERMISSION_DENIED` if the role may not. */
function authorise(roles: RoleTable, call: AnyCall): void {
  const user = String(call.metadata.get("x-user")[0] ?? "");
  if (user === "")
    throw new StatusError(status.UNAUTHENTICATED, "who is asking? x-user is missing");
  const method = call.getPath().slice(call.getPath().lastIndexOf("/") + 1);
  if (roles.allows(user, method)) return;
  const role = roles.roleOf(user) ?? "no role";
  throw new StatusError(status.PERMISSION_DENIED, `${user} (${role}) may not call ${method}`);
}

/** An error that grpc-js sends to the caller as this status. */
class StatusError extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.name = "StatusError";
    this.code = code;
  }
}

function asStatus(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof ExperimentError)
    return new StatusError(STATUS_OF[error.kind], error.message);
  return new StatusError(status.INTERNAL, error instanceof Error ? error.message : String(error));
}
