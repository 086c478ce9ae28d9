/** The handlers: what a WeightsLab service answers, small enough to read. */
import {
  type handleUnaryCall,
  type ServerWritableStream,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { ServiceDefinition } from "@grpc/proto-loader";
import { currentAudit } from "otel-audit";
import { command, editSamples } from "./commands.ts";
import { type Lab, Refusal } from "./lab.ts";
import type { DataEdits, OtherRequest, TrainerCommand } from "./messages.ts";

type Reply = Readonly<Record<string, unknown>>;

/** Handlers for every method of the definition: those below, and empty answers for those that only read. */
export function createLabService(
  definition: ServiceDefinition,
  lab: Lab,
): UntypedServiceImplementation {
  const reads = Object.fromEntries(
    Object.entries(definition).map(([name, { responseStream }]) => [
      name,
      responseStream ? endStream : unary(() => ({})),
    ]),
  );
  return { ...reads, ...training(lab), ...runs(lab), ...notebook(lab), ...agent(lab) };
}

function endStream(call: ServerWritableStream<unknown, unknown>): void {
  call.end();
}

/** Every refusal is OK with `success: false`, except of those methods whose reply says `ok` and `error`. */
function unary<Request>(
  handle: (request: Request) => Reply,
  refused: (message: string) => Reply = (message) => ({ success: false, message }),
): handleUnaryCall<Request, Reply> {
  return (call, callback) => {
    try {
      callback(null, handle(call.request));
    } catch (error) {
      if (error instanceof Refusal) callback(null, refused(error.message));
      else callback({ code: status.RESOURCE_EXHAUSTED, details: String(error) });
    }
  };
}

const done = (message: string, more: Reply = {}): Reply => ({ success: true, message, ...more });

function training(lab: Lab): UntypedServiceImplementation {
  return {
    ExperimentCommand: unary<TrainerCommand>((request) => done(command(lab, request))),
    EditDataSample: unary<DataEdits>((request) => done(editSamples(lab, request))),
    ManipulateWeights: unary<OtherRequest>(({ weight_operation }) => {
      // The one thing that WeightsLab answers with a status: the training holds the lock.
      if (weight_operation?.layer_id === 99)
        throw new Error("Training lock not acquired within 10s");
      if (weight_operation?.op_type === undefined) {
        throw new Refusal("Model not found or invalid op_type");
      }
      return done(weight_operation.op_type);
    }),
    ApplyDataQuery: unary<OtherRequest>(({ query = "", is_natural_language = false }) => {
      if (query.includes("??"))
        throw new Refusal(`Failed to apply query: invalid syntax in ${query}`);
      const discarded = [...lab.samples.values()].filter((sample) => sample.discarded).length;
      return done("ok", {
        number_of_all_samples: lab.samples.size,
        number_of_samples_in_the_loop: lab.samples.size - discarded,
        number_of_discarded_samples: discarded,
        agent_intent_type: is_natural_language ? "INTENT_ANALYSIS" : "INTENT_FILTER",
      });
    }),
    ExportAnnotations: unary<OtherRequest>(({ format }) => {
      if (format === "EXPORT_FORMAT_V7_DARWIN") throw new Refusal("Export failed: not installed");
      return done("Exported", { filename: "annotations_cvat.xml", image_count: lab.samples.size });
    }),
  };
}

function runs(lab: Lab): UntypedServiceImplementation {
  return {
    RestoreCheckpoint: unary<OtherRequest>(({ experiment_hash = "" }) => {
      lab.run(experiment_hash, "restore checkpoint");
      return done(`Checkpoint ${experiment_hash} restored successfully`);
    }),
    RenameExperimentRun: unary<OtherRequest>(({ experiment_hash = "", new_name = "" }) => {
      const run = lab.run(experiment_hash, "rename");
      currentAudit()?.set({ before: { experiment_name: run.name } });
      run.name = new_name;
      return done(`Renamed ${experiment_hash} to '${new_name}'`);
    }),
    SetExperimentRunNotes: unary<OtherRequest>(({ experiment_hash = "", notes = "" }) => {
      const run = lab.run(experiment_hash, "save notes for");
      currentAudit()?.set({ before: { note: run.note } });
      run.note = notes;
      return done("Notes saved");
    }),
    TriggerEvaluation: unary<OtherRequest>(({ split_name = "" }) => {
      if (split_name === "") throw new Refusal("split_name is required");
      if (lab.evaluation !== undefined) throw new Refusal("Evaluation already in progress");
      lab.evaluation = split_name;
      return done(`Evaluation on '${split_name}' requested`);
    }),
    CancelEvaluation: unary<OtherRequest>(() => {
      if (lab.evaluation === undefined) throw new Refusal("No active evaluation to cancel");
      lab.evaluation = undefined;
      return done("Evaluation canceled");
    }),
  };
}

function notebook(lab: Lab): UntypedServiceImplementation {
  const refused = (error: string): Reply => ({ ok: false, error });
  return {
    RunNotebookCell: (call: ServerWritableStream<OtherRequest, Reply>) => {
      const { cell_id = "", code = "" } = call.request;
      const isFailing = code.includes("raise");
      lab.isCellRunning = code.startsWith("while True");
      call.write(
        isFailing ? { cell_id, error_traceback: "ValueError: no" } : { cell_id, stdout: "1" },
      );
      call.write({ cell_id, done: { exec_count: 1, ok: !isFailing } });
      // The status is OK and the reply a stream: only the code knows that the cell failed.
      if (isFailing) currentAudit()?.set({ error: "ValueError: no" });
      call.end();
    },
    InterruptNotebookCell: unary(() => {
      if (!lab.isCellRunning) throw new Refusal("No cell is currently running.");
      lab.isCellRunning = false;
      return { ok: true };
    }, refused),
    SaveNotebook: unary<OtherRequest>(({ ipynb_json = "", name }) => {
      if (!ipynb_json.startsWith("{")) throw new Refusal("invalid notebook JSON");
      lab.notebookName = name ?? lab.notebookName;
      return { ok: true, name: lab.notebookName, path: `/runs/${lab.notebookName}.ipynb` };
    }, refused),
    GenerateNotebookCode: unary<OtherRequest>(() => {
      lab.expectAgent();
      return { ok: true, code: "df.head()" };
    }, refused),
  };
}

function agent(lab: Lab): UntypedServiceImplementation {
  return {
    InitializeAgent: unary<OtherRequest>(({ provider, model = "" }) => {
      if (provider !== "PROVIDER_OPENCODE") {
        throw new Refusal("Only OpenCode is supported as the agent backend.");
      }
      lab.agentModel = model;
      return done("initialised");
    }),
    ChangeAgentModel: unary<OtherRequest>(({ model = "" }) => {
      currentAudit()?.set({ before: { agent_model: lab.expectAgent() } });
      lab.agentModel = model;
      return done("changed");
    }),
    ResetAgent: unary(() => {
      lab.expectAgent();
      lab.agentModel = undefined;
      return done("reset");
    }),
    ClearAgentHistory: unary(() => done(`cleared for ${lab.expectAgent()}`)),
    CompactAgentHistory: unary(() => done(`summarised for ${lab.expectAgent()}`)),
  };
}
