/** The event that every logger writes. */

/** What differs from event to event is `step`, its number. */
export interface SampleEvent {
  readonly action: "hp_change";
  readonly actor: { readonly id: string; readonly type: "user" };
  readonly target: { readonly type: string; readonly id: string };
  readonly before: Readonly<Record<string, string | number>>;
  readonly after: Readonly<Record<string, string | number>>;
  readonly reason: string;
  readonly details: { readonly step: number; readonly dataset: string };
}

/** Event number `step`. */
export function sampleEvent(step: number): SampleEvent {
  return {
    action: "hp_change",
    actor: { id: "ann", type: "user" },
    target: { type: "experiment", id: "exp-2026-11-resnet" },
    before: { learning_rate: 0.001, batch_size: 32, optimizer: "adam", scheduler: "cosine" },
    after: { learning_rate: 0.01, batch_size: 64, optimizer: "adamw", scheduler: "linear" },
    reason: "validation loss has been flat since step 4000, trying a higher rate",
    details: { step, dataset: "datasets/imagenet-1k/train" },
  };
}
