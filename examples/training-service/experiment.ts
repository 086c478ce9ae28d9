/**
 * One training experiment, in memory: hyperparameters, mode, checkpoints, notes and the data set.
 *
 * In: requests as they arrived. Out: replies. It knows neither gRPC nor who is asking. What a user
 * interface shows beside the control (a value out of range, nothing to pause) is an answer with
 * `success: false`; what a caller got wrong (an unknown experiment or checkpoint, a field of no
 * meaning) is an {@link ExperimentError}.
 */
import { Dataset, SPLITS } from "./dataset.ts";
import { ExperimentError } from "./experiment-error.ts";
import type {
  MetricPoint,
  Mode,
  ModelState,
  Received,
  RestoreCheckpointRequest,
  RestoreCheckpointResponse,
  RunResponse,
  SaveCheckpointRequest,
  SaveCheckpointResponse,
  StartEvaluationRequest,
  StartEvaluationResponse,
  UpdateParametersRequest,
  UpdateParametersResponse,
  WriteNoteRequest,
  WriteNoteResponse,
} from "./messages.ts";

const FIRST_PARAMETERS = { learning_rate: 0.001, batch_size: 32, dropout: 0.1 };

export class Experiment {
  readonly id: string;
  readonly dataset: Dataset = new Dataset();
  readonly #checkpoints = new Map<string, ModelState>();
  readonly #notes = new Map<string, string>();
  #parameters: Readonly<Record<string, number>> = FIRST_PARAMETERS;
  #mode: Mode = "TRAIN";
  #running = true;
  #step = 0;
  #evaluations = 0;

  constructor(id: string) {
    this.id = id;
  }

  /** @throws ExperimentError `not-found` unless the request is about this experiment. */
  expectId(id: string | undefined): void {
    if (id !== this.id) throw new ExperimentError("not-found", `unknown experiment: "${id ?? ""}"`);
  }

  /** Parameters, mode and running state in one go: all of what was sent, or nothing. */
  update(request: Received<UpdateParametersRequest>): UpdateParametersResponse {
    const { parameters = {}, mode, resume } = request;
    const names = Object.keys(parameters);
    if (names.length === 0 && mode === undefined && resume === undefined) {
      return { success: false, message: "nothing to change" };
    }
    const problem = this.#problemOf(parameters);
    if (problem !== undefined) return { success: false, message: problem };
    if (mode === "MODE_UNSPECIFIED") throw new ExperimentError("invalid", "mode without a value");

    const reply: UpdateParametersResponse = {
      success: true,
      ...(names.length === 0 ? {} : { previous: pick(this.#parameters, names) }),
      ...(mode === undefined ? {} : { previous_mode: this.#mode }),
      ...(resume === undefined ? {} : { was_running: this.#running }),
    };
    this.#parameters = { ...this.#parameters, ...parameters };
    this.#mode = mode ?? this.#mode;
    this.#running = resume ?? this.#running;
    return reply;
  }

  pause(): RunResponse {
    return this.#setRunning(false);
  }

  resume(): RunResponse {
    return this.#setRunning(true);
  }

  saveCheckpoint(request: Received<SaveCheckpointRequest>): SaveCheckpointResponse {
    const number = String(this.#checkpoints.size + 1).padStart(3, "0");
    const checkpoint_id = request.label ? `ckpt_${number}-${request.label}` : `ckpt_${number}`;
    this.#checkpoints.set(checkpoint_id, this.#state());
    return { checkpoint_id, step: this.#step };
  }

  /** @throws ExperimentError `not-found` for an unknown checkpoint. */
  restoreCheckpoint(request: Received<RestoreCheckpointRequest>): RestoreCheckpointResponse {
    const { checkpoint_id = "" } = request;
    const restored = this.#checkpoints.get(checkpoint_id);
    if (restored === undefined) {
      throw new ExperimentError("not-found", `unknown checkpoint: "${checkpoint_id}"`);
    }
    const previous = this.#state();
    this.#parameters = restored.parameters;
    this.#step = restored.step;
    return { previous, restored };
  }

  /** @throws ExperimentError `invalid` for an unknown split. */
  startEvaluation(request: Received<StartEvaluationRequest>): StartEvaluationResponse {
    const { split = "" } = request;
    if (!SPLITS.includes(split)) throw new ExperimentError("invalid", `unknown split: "${split}"`);
    this.#evaluations += 1;
    return { evaluation_id: `eval_${this.#evaluations}`, samples: this.dataset.count(split) };
  }

  /** @throws ExperimentError `invalid` if no point is named. */
  writeNote(request: Received<WriteNoteRequest>): WriteNoteResponse {
    const { point_id = "", text = "", clear = false } = request;
    if (point_id === "") throw new ExperimentError("invalid", "a note without point_id");
    if (!clear && text === "") return { success: false, message: "a note needs a text" };
    const previous_text = this.#notes.get(point_id);
    if (clear) {
      if (!this.#notes.delete(point_id)) return { success: false, message: "no note to clear" };
    } else {
      this.#notes.set(point_id, text);
    }
    return { success: true, ...(previous_text === undefined ? {} : { previous_text }) };
  }

  /** The metrics of now. A running experiment makes a step first; the curve is made up. */
  nextMetrics(): MetricPoint {
    if (this.#running) this.#step += 1;
    const loss = 1 / (1 + this.#step * 0.1);
    return { step: this.#step, loss, accuracy: 1 - loss / 2 };
  }

  #setRunning(running: boolean): RunResponse {
    if (this.#running === running) {
      const message = running ? "training is running already" : "training is paused already";
      return { success: false, message, step: this.#step };
    }
    this.#running = running;
    return { success: true, step: this.#step };
  }

  /** Why these parameters cannot be set; undefined if they can. */
  #problemOf(parameters: Readonly<Record<string, number>>): string | undefined {
    for (const [name, value] of Object.entries(parameters)) {
      if (!Object.hasOwn(this.#parameters, name)) return `unknown hyperparameter: ${name}`;
      if (!(value > 0)) return `${name} must be above 0, not ${value}`;
    }
    return undefined;
  }

  #state(): ModelState {
    return { step: this.#step, parameters: this.#parameters };
  }
}

function pick(
  values: Readonly<Record<string, number>>,
  names: readonly string[],
): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, values[name] ?? Number.NaN]));
}
