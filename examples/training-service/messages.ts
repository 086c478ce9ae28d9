/**
 * The messages of `training.proto` as TypeScript sees them: snake_case names, enums as strings,
 * 64-bit integers as numbers.
 */

/** What the experiment does while it runs. */
export type Mode = "MODE_UNSPECIFIED" | "TRAIN" | "AUDIT" | "EVALUATE";

/**
 * A request as it arrives: nobody can make a caller send a field, and one that was not sent is
 * absent rather than empty.
 */
export type Received<Request> = { readonly [Field in keyof Request]?: Request[Field] | undefined };

/** A reply that carries its own failure: in gRPC terms it is an OK all the same. */
export interface Answer {
  readonly success: boolean;
  /** Why it failed; empty or absent on success. */
  readonly message?: string;
}

export interface UpdateParametersRequest {
  readonly experiment_id: string;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly mode?: Mode;
  readonly resume?: boolean;
  readonly comment?: string;
}

export interface UpdateParametersResponse extends Answer {
  readonly previous?: Readonly<Record<string, number>>;
  readonly previous_mode?: Mode;
  readonly was_running?: boolean;
}

/** Request of Pause and of Resume. */
export interface RunRequest {
  readonly experiment_id: string;
  readonly reason?: string;
}

/** Reply of Pause and of Resume. */
export interface RunResponse extends Answer {
  readonly step: number;
}

export interface EditTagsRequest {
  readonly experiment_id: string;
  readonly add_tag?: string;
  readonly remove_tag?: string;
  readonly sample_ids: readonly string[];
  readonly origins?: readonly string[];
}

export interface EditTagsResponse extends Answer {
  readonly samples_tagged?: number;
  readonly samples_untagged?: number;
}

/** Request of DiscardSamples and of RestoreSamples. */
export interface SamplesRequest {
  readonly experiment_id: string;
  readonly sample_ids: readonly string[];
  readonly reason?: string;
}

/** Reply of DiscardSamples and of RestoreSamples. */
export interface SamplesResponse extends Answer {
  readonly samples_affected?: number;
  readonly origins?: readonly string[];
}

export interface ExecuteQueryRequest {
  readonly experiment_id: string;
  readonly query_type: string;
  readonly query_text: string;
}

export interface ExecuteQueryResponse extends Answer {
  readonly samples_matched?: number;
  readonly sample_ids?: readonly string[];
}

export interface ImportSample {
  readonly sample_id: string;
  readonly origin: string;
  readonly tags?: readonly string[];
}

export interface ImportSamplesResponse extends Answer {
  readonly samples_imported?: number;
}

/** Either `start`, in the first message, or `sample_id`, in the others: they are one `oneof`. */
export interface Annotation {
  readonly start?: Received<AnnotationStart>;
  readonly sample_id?: string;
}

export interface AnnotationStart {
  readonly experiment_id: string;
  readonly tag: string;
}

export interface AnnotationReply extends Answer {
  readonly sample_id: string;
}

export interface SaveCheckpointRequest {
  readonly experiment_id: string;
  readonly label?: string;
}

export interface SaveCheckpointResponse {
  readonly checkpoint_id: string;
  readonly step: number;
}

export interface RestoreCheckpointRequest {
  readonly experiment_id: string;
  readonly checkpoint_id: string;
  readonly reason?: string;
}

export interface RestoreCheckpointResponse {
  readonly previous: ModelState;
  readonly restored: ModelState;
}

/** What a checkpoint keeps. */
export interface ModelState {
  readonly step: number;
  readonly parameters: Readonly<Record<string, number>>;
}

export interface StartEvaluationRequest {
  readonly experiment_id: string;
  readonly split: string;
}

export interface StartEvaluationResponse {
  readonly evaluation_id: string;
  readonly samples: number;
}

export interface WatchMetricsRequest {
  readonly experiment_id: string;
  /** Points to send; 0 or absent: until somebody hangs up. */
  readonly count?: number;
}

export interface MetricPoint {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** Either `text` or `clear`: they are one `oneof`. */
export interface WriteNoteRequest {
  readonly experiment_id: string;
  readonly point_id: string;
  readonly text?: string;
  readonly clear?: boolean;
}

export interface WriteNoteResponse extends Answer {
  readonly previous_text?: string;
}

export interface SetPermissionRequest {
  readonly subject: string;
  readonly role: string;
  readonly reason?: string;
}

export interface SetPermissionResponse {
  readonly previous_role: string;
}
