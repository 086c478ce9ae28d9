/**
 * A morning at the training service: ann, who runs the experiment, bob, who looks after the data,
 * and tuner, a program that searches for hyperparameters.
 */
import { status } from "@grpc/grpc-js";
import { connect, type TrainingClient } from "../training-service/client.ts";

const experiment_id = "exp-1";

/** Published dummies (the first is from AWS's documentation): what must stand in no file. */
export const SECRETS: readonly string[] = ["AKIAIOSFODNN7EXAMPLE", "hunter2"];
/** The plot point of the note in which bob gives them away. */
export const NOTE_TARGET = "loss@4000";

interface People {
  readonly ann: TrainingClient;
  readonly bob: TrainingClient;
  readonly tuner: TrainingClient;
}

/**
 * Plays the session.
 *
 * @throws Error as soon as the service answers anything else than this story needs.
 */
export async function playSession(address: string): Promise<void> {
  const people: People = {
    ann: connect(address, { user: "ann" }),
    bob: connect(address, { user: "bob" }),
    tuner: connect(address, { user: "tuner", type: "agent" }),
  };
  try {
    await workOnTheModel(people);
    await workOnTheData(people);
    await goWrong(people);
    await leave(people);
  } finally {
    for (const client of [people.ann, people.bob, people.tuner]) client.close();
  }
}

async function workOnTheModel({ ann, tuner }: People): Promise<void> {
  await ann.updateParameters({
    experiment_id,
    parameters: { learning_rate: 0.01 },
    comment: "loss has been flat since step 4000",
  });
  await ann.saveCheckpoint({ experiment_id, label: "before-search" });
  await tuner.updateParameters({
    experiment_id,
    parameters: { learning_rate: 0.003, batch_size: 64 },
    comment: "trial 7 of 20",
  });
}

async function workOnTheData({ bob, tuner }: People): Promise<void> {
  await bob.editTags({
    experiment_id,
    add_tag: "mislabelled",
    sample_ids: ["s2", "s5"],
    origins: ["train", "val"],
  });
  await bob.discardSamples({ experiment_id, sample_ids: ["s2"], reason: "same picture as s1" });
  const answer = await bob.executeQuery({
    experiment_id,
    query_type: "filter",
    query_text: "origin is val",
  });
  if (answer.success) throw new Error("the query with a syntax error was answered with success");
  // A stream in each direction, one in both, and one that audit.yaml exempts.
  await count(bob.annotate({ experiment_id, tag: "blurry" }, ["s3", "s4"]));
  await tuner.importSamples([{ sample_id: "s9", origin: "train" }]);
  await count(bob.watchMetrics({ experiment_id, count: 3 }));
}

async function goWrong({ ann, bob }: People): Promise<void> {
  await refused(
    ann.restoreCheckpoint({
      experiment_id,
      checkpoint_id: "ckpt_007",
      reason: "accuracy fell after trial 7",
    }),
    status.NOT_FOUND,
  );
  await refused(
    bob.setPermission({ subject: "bob", role: "admin", reason: "I need to restore it" }),
    status.PERMISSION_DENIED,
  );
}

async function leave({ ann, bob }: People): Promise<void> {
  await ann.setPermission({ subject: "bob", role: "trainer", reason: "stands in for tom" });
  await ann.restoreCheckpoint({
    experiment_id,
    checkpoint_id: "ckpt_001-before-search",
    reason: "accuracy fell after trial 7",
  });
  await bob.writeNote({
    experiment_id,
    point_id: NOTE_TARGET,
    text: `images are in the bucket: ${SECRETS[0]}, password=${SECRETS[1]}`,
  });
}

async function count(messages: AsyncIterable<unknown>): Promise<number> {
  let counted = 0;
  for await (const _ of messages) counted++;
  return counted;
}

async function refused(call: Promise<unknown>, code: status): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error && "code" in error && error.code === code) return;
  throw new Error(`a call that must be refused with ${status[code]} was not`, { cause: error });
}
