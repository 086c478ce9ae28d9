/** The state behind the example: what the WeightsLab service would change, in memory. */

/** Answered with OK, `success: false` and this message, as WeightsLab answers every refusal. */
export class Refusal extends Error {
  override readonly name: string = "Refusal";
}

/** A sample of the data set. */
export interface Sample {
  readonly origin: string;
  discarded: boolean;
  /** Tag name to true, or to the category of a categorical tag. */
  readonly tags: Map<string, string | true>;
}

/** A training run, its data and its notebook. */
export class Lab {
  readonly parameters: Map<string, number> = new Map([
    ["learning_rate", 0.5],
    ["batch_size", 32],
    ["val_batch_size", 16],
  ]);
  mode: "train" | "audit" | "evaluation" = "train";
  isRunning = true;
  evaluation: string | undefined;
  readonly samples: Map<string, Sample> = new Map(
    Array.from({ length: 6 }, (_, n) => [
      `s${n + 1}`,
      { origin: n < 4 ? "train" : "val", discarded: false, tags: new Map() },
    ]),
  );
  readonly runs: Map<string, { name: string; note: string }> = new Map([
    ["run-1", { name: "baseline", note: "" }],
  ]);
  readonly plotNotes: Map<string, string> = new Map();
  readonly checkpoints: string[] = ["run-1"];
  agentModel: string | undefined;
  notebookName = "notebook";
  isCellRunning = false;

  /** The sample of an id. @throws Refusal when there is none. */
  sample(id: string): Sample {
    const sample = this.samples.get(id);
    if (sample === undefined) throw new Refusal(`Failed to edit samples: no sample ${id}`);
    return sample;
  }

  /** The run of a hash. @throws Refusal when there is none. */
  run(hash: string, what: string): { name: string; note: string } {
    const run = this.runs.get(hash);
    if (run === undefined) throw new Refusal(`Failed to ${what} ${hash}`);
    return run;
  }

  /** The agent must have been initialised. @throws Refusal when it is not. */
  expectAgent(): string {
    if (this.agentModel === undefined) throw new Refusal("Agent backend is not running.");
    return this.agentModel;
  }

  /** Sets parameters and gives back what they were before. */
  setParameters(wanted: Readonly<Record<string, number>>): Record<string, number | null> {
    const before: Record<string, number | null> = {};
    for (const [name, value] of Object.entries(wanted)) {
      if (value <= 0) throw new Refusal(`Failed to set hyperparameters: ${name} must be above 0`);
      before[name] = this.parameters.get(name) ?? null;
    }
    for (const [name, value] of Object.entries(wanted)) this.parameters.set(name, value);
    return before;
  }
}
