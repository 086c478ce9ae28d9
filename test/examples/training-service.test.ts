/** The example service by itself, without auditing: what it answers, and that it ends cleanly. */
import { status } from "@grpc/grpc-js";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setImmediate as immediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  connect,
  type Identity,
  type TrainingClient,
} from "../../examples/training-service/client.ts";

const SERVER = fileURLToPath(new URL("../../examples/training-service/server.ts", import.meta.url));
const experiment_id = "exp-1";

interface Running {
  readonly address: string;
  readonly child: ChildProcess;
  /** Everything that the service printed so far. */
  readonly output: () => string;
}

async function startServer(): Promise<Running> {
  const child = spawn(process.execPath, [SERVER], {
    env: { ...process.env, PORT: "0", NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  for await (const line of createInterface({ input: child.stdout })) {
    output += `${line}\n`;
    const address = /^training service listening on (127\.0\.0\.1:\d+)$/.exec(line)?.[1];
    if (address !== undefined) return { address, child, output: () => output };
  }
  throw new Error(`the training service did not start: ${output}`);
}

async function stopServer({ child }: Running, signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
  const exited: Promise<unknown[]> = once(child, "exit");
  child.kill(signal);
  const [code] = await exited;
  return Number(code ?? -1);
}

async function collect<Message>(messages: AsyncIterable<Message>): Promise<Message[]> {
  const collected: Message[] = [];
  for await (const message of messages) collected.push(message);
  return collected;
}

async function* endless(sampleId: string): AsyncGenerator<string, void> {
  for (;;) {
    await immediate();
    yield sampleId;
  }
}

describe("training service", () => {
  let service: Running;
  let clients: TrainingClient[] = [];

  beforeAll(async () => {
    service = await startServer();
  });
  afterEach(() => {
    for (const client of clients) client.close();
    clients = [];
  });
  afterAll(() => stopServer(service));

  function as(identity: Identity): TrainingClient {
    const client = connect(service.address, identity);
    clients.push(client);
    return client;
  }
  const ann = (): TrainingClient => as({ user: "ann" });
  const bob = (): TrainingClient => as({ user: "bob" });

  describe("model and training control", () => {
    test("one call changes parameters, mode and running state, and answers what was before", async () => {
      const client = as({ user: "tuner", type: "agent" });
      expect(
        await client.updateParameters({
          experiment_id,
          parameters: { learning_rate: 0.01, batch_size: 64 },
          mode: "EVALUATE",
          resume: false,
          comment: "plateau",
        }),
      ).toEqual({
        success: true,
        message: "",
        previous: { learning_rate: 0.001, batch_size: 32 },
        previous_mode: "TRAIN",
        was_running: true,
      });
      expect(await client.updateParameters({ experiment_id, mode: "TRAIN", resume: true })).toEqual(
        {
          success: true,
          message: "",
          previous: {},
          previous_mode: "EVALUATE",
          was_running: false,
        },
      );
    });

    test.each([
      ["an unknown parameter", { lr: 1 }, "unknown hyperparameter: lr"],
      ["a value out of range", { learning_rate: -1 }, "learning_rate must be above 0, not -1"],
      ["nothing", {}, "nothing to change"],
    ])("an update with %s is answered with success: false", async (_, parameters, message) => {
      expect(await ann().updateParameters({ experiment_id, parameters })).toMatchObject({
        success: false,
        message,
      });
    });

    test("an update that is refused changes nothing", async () => {
      const client = ann();
      await client.updateParameters({ experiment_id, parameters: { dropout: 0.9, lr: 1 } });
      const { previous } = await client.updateParameters({
        experiment_id,
        parameters: { dropout: 0.1 },
      });
      expect(previous).toEqual({ dropout: 0.1 });
    });

    test("pause and resume; each but once", async () => {
      const client = ann();
      expect(await client.pause({ experiment_id, reason: "lunch" })).toMatchObject({
        success: true,
      });
      expect(await client.pause({ experiment_id })).toMatchObject({
        success: false,
        message: "training is paused already",
      });
      expect(await client.resume({ experiment_id })).toMatchObject({ success: true });
      expect(await client.resume({ experiment_id })).toMatchObject({
        success: false,
        message: "training is running already",
      });
    });
  });

  describe("data", () => {
    test("tags are added, renamed and found", async () => {
      const client = bob();
      const samples = { experiment_id, sample_ids: ["s1", "s5"], origins: ["train", "val"] };
      expect(await client.editTags({ ...samples, add_tag: "defect" })).toMatchObject({
        success: true,
        samples_tagged: 2,
        samples_untagged: 0,
      });
      expect(
        await client.editTags({ ...samples, add_tag: "scratch", remove_tag: "defect" }),
      ).toMatchObject({ success: true, samples_tagged: 2, samples_untagged: 2 });
      expect(
        await client.executeQuery({
          experiment_id,
          query_type: "filter",
          query_text: "tag = scratch and origin = val",
        }),
      ).toEqual({ success: true, message: "", samples_matched: 1, sample_ids: ["s5"] });
    });

    test("an unknown sample fails the whole edit", async () => {
      const edit = { experiment_id, add_tag: "odd", sample_ids: ["s2", "s99"] };
      expect(await bob().editTags(edit)).toMatchObject({
        success: false,
        message: "unknown samples: s99",
      });
      const query = { experiment_id, query_type: "filter", query_text: "tag = odd" };
      expect(await bob().executeQuery(query)).toMatchObject({ samples_matched: 0 });
    });

    test("samples are discarded and restored, with their origins in the order of the request", async () => {
      const request = { experiment_id, sample_ids: ["s7", "s2"], reason: "blurred" };
      const reply = { success: true, message: "", samples_affected: 2, origins: ["test", "train"] };
      expect(await bob().discardSamples(request)).toEqual(reply);
      expect(await bob().discardSamples(request)).toEqual({ ...reply, samples_affected: 0 });
      expect(await bob().restoreSamples(request)).toEqual(reply);
    });

    test.each([
      ["natural_language", "invalid syntax here", "Invalid query syntax: unexpected token "],
      ["filter", "colour = red", 'Invalid query syntax: unexpected token "colour"'],
      ["sql", "origin = val", 'Unknown query type: "sql"'],
    ])("a %s query %j is answered with success: false", async (query_type, query_text, message) => {
      const reply = await bob().executeQuery({ experiment_id, query_type, query_text });
      expect(reply.success).toBe(false);
      expect(reply.message).toContain(message);
    });

    test("samples are imported all together", async () => {
      const reply = await ann().importSamples([
        { sample_id: "n1", origin: "train", tags: ["new"] },
        { sample_id: "n2", origin: "val" },
      ]);
      expect(reply).toEqual({ success: true, message: "", samples_imported: 2 });
    });

    test("an import with a taken id imports nothing", async () => {
      const taken = [
        { sample_id: "n3", origin: "train", tags: ["late"] },
        { sample_id: "s1", origin: "train" },
      ];
      await expect(ann().importSamples(taken)).rejects.toMatchObject({
        code: status.ALREADY_EXISTS,
        details: "sample exists already: s1",
      });
      const query = { experiment_id, query_type: "filter", query_text: "tag = late" };
      expect(await ann().executeQuery(query)).toMatchObject({ samples_matched: 0 });
    });

    test("an empty import is answered with success: false", async () => {
      expect(await ann().importSamples([])).toMatchObject({
        success: false,
        message: "no samples were sent",
      });
    });

    test("annotations are answered one by one, and one that fails does not end the stream", async () => {
      const replies = bob().annotate({ experiment_id, tag: "cat" }, ["s3", "s99", "s4"]);
      expect(await collect(replies)).toEqual([
        { success: true, message: "", sample_id: "s3" },
        { success: false, message: "unknown samples: s99", sample_id: "s99" },
        { success: true, message: "", sample_id: "s4" },
      ]);
      const query = { experiment_id, query_type: "filter", query_text: "tag = cat" };
      expect(await bob().executeQuery(query)).toMatchObject({ sample_ids: ["s3", "s4"] });
    });

    test("a malformed annotation ends the stream after the replies before it", async () => {
      const replies = bob().annotate({ experiment_id, tag: "dog" }, ["s3", "", "s5"]);
      expect(await replies.next()).toMatchObject({ value: { sample_id: "s3", success: true } });
      await expect(replies.next()).rejects.toMatchObject({
        code: status.INVALID_ARGUMENT,
        details: "after the start, each message names a sample",
      });
    });

    test("an annotation stream without a tag is INVALID_ARGUMENT", async () => {
      const replies = bob().annotate({ experiment_id, tag: "" }, ["s3"]);
      await expect(replies.next()).rejects.toMatchObject({
        code: status.INVALID_ARGUMENT,
        details: "the first message must name the tag",
      });
    });

    test("leaving an annotation stream early cancels it", async () => {
      for await (const reply of bob().annotate({ experiment_id, tag: "seen" }, endless("s6"))) {
        expect(reply.success).toBe(true);
        break;
      }
      expect(await bob().discardSamples({ experiment_id, sample_ids: [] })).toMatchObject({
        success: false,
        message: "no samples named",
      });
    });
  });

  describe("checkpoints and evaluation", () => {
    test("a checkpoint brings the parameters back", async () => {
      const client = ann();
      const saved = await client.saveCheckpoint({ experiment_id, label: "best" });
      expect(saved.checkpoint_id).toBe("ckpt_001-best");
      await client.updateParameters({ experiment_id, parameters: { dropout: 0.4 } });
      const { previous, restored } = await client.restoreCheckpoint({
        experiment_id,
        checkpoint_id: saved.checkpoint_id,
        reason: "accuracy fell",
      });
      expect(previous.parameters["dropout"]).toBe(0.4);
      expect(restored.parameters["dropout"]).toBe(0.1);
    });

    test("an unknown checkpoint is NOT_FOUND", async () => {
      const restore = ann().restoreCheckpoint({ experiment_id, checkpoint_id: "ckpt_404" });
      await expect(restore).rejects.toMatchObject({
        code: status.NOT_FOUND,
        details: 'unknown checkpoint: "ckpt_404"',
      });
    });

    test("evaluation of a split; an unknown split is INVALID_ARGUMENT", async () => {
      expect(await ann().startEvaluation({ experiment_id, split: "test" })).toEqual({
        evaluation_id: "eval_1",
        samples: 2,
      });
      await expect(ann().startEvaluation({ experiment_id, split: "moon" })).rejects.toMatchObject({
        code: status.INVALID_ARGUMENT,
      });
    });

    test("metrics: as many as asked for", async () => {
      const points = await collect(as({ user: "vera" }).watchMetrics({ experiment_id, count: 3 }));
      expect(points).toHaveLength(3);
      expect(points.every(({ loss }) => loss > 0 && loss < 1)).toBe(true);
    });

    test("metrics: without a count they end when the caller leaves", async () => {
      let seen = 0;
      for await (const { step } of ann().watchMetrics({ experiment_id })) {
        expect(step).toBeGreaterThan(0);
        seen += 1;
        if (seen === 2) break;
      }
      expect(seen).toBe(2);
    });

    test("metrics: a negative count is INVALID_ARGUMENT", async () => {
      const points = ann().watchMetrics({ experiment_id, count: -1 });
      await expect(points.next()).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    });
  });

  describe("notes and people", () => {
    test("a note is written, replaced and cleared", async () => {
      const client = bob();
      const point = { experiment_id, point_id: "loss@40" };
      expect(await client.writeNote({ ...point, text: "spike" })).toEqual({
        success: true,
        message: "",
      });
      expect(await client.writeNote({ ...point, text: "bad batch" })).toMatchObject({
        previous_text: "spike",
      });
      expect(await client.writeNote({ ...point, clear: true })).toMatchObject({
        previous_text: "bad batch",
      });
      expect(await client.writeNote({ ...point, clear: true })).toMatchObject({
        success: false,
        message: "no note to clear",
      });
    });

    test("a new role answers the one before, and counts at once", async () => {
      const carl = as({ user: "carl" });
      const pause = { experiment_id, reason: "trying" };
      await expect(carl.pause(pause)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
      expect(
        await ann().setPermission({ subject: "carl", role: "trainer", reason: "joined" }),
      ).toEqual({ previous_role: "none" });
      expect(await carl.pause(pause)).toMatchObject({ success: true });
      expect(await ann().setPermission({ subject: "carl", role: "viewer" })).toEqual({
        previous_role: "trainer",
      });
      await expect(carl.resume(pause)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
      expect(await ann().resume({ experiment_id })).toMatchObject({ success: true });
    });

    test("an unknown role is INVALID_ARGUMENT", async () => {
      const change = ann().setPermission({ subject: "carl", role: "king" });
      await expect(change).rejects.toMatchObject({
        code: status.INVALID_ARGUMENT,
        details: 'unknown role: "king"',
      });
    });
  });

  describe("refusals", () => {
    const calls: readonly (readonly [string, (client: TrainingClient) => Promise<unknown>])[] = [
      ["unary", (client) => client.setPermission({ subject: "vera", role: "admin" })],
      ["client stream", (client) => client.importSamples([{ sample_id: "x", origin: "val" }])],
      ["server stream", (client) => client.watchMetrics({ experiment_id, count: 1 }).next()],
      ["bidi stream", (client) => client.annotate({ experiment_id, tag: "x" }, ["s1"]).next()],
    ];

    test.each(calls)("%s without x-user is UNAUTHENTICATED", async (_, call) => {
      await expect(call(as({}))).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    });

    test.each(calls)("%s by a stranger is PERMISSION_DENIED", async (_, call) => {
      const refused = call(as({ user: "eve" }));
      await expect(refused).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
      await expect(refused).rejects.toThrow("eve (no role) may not call ");
    });

    test("a role that may do other things is told so", async () => {
      await expect(bob().setPermission({ subject: "bob", role: "admin" })).rejects.toMatchObject({
        code: status.PERMISSION_DENIED,
        details: "bob (annotator) may not call SetPermission",
      });
    });

    test("an unknown experiment is NOT_FOUND", async () => {
      await expect(ann().pause({ experiment_id: "exp-9" })).rejects.toMatchObject({
        code: status.NOT_FOUND,
        details: 'unknown experiment: "exp-9"',
      });
    });
  });
});

describe("shutting down", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s ends the program with 0, an endless stream too",
    async (signal) => {
      const service = await startServer();
      const client = connect(service.address, { user: "ann" });
      const points = client.watchMetrics({ experiment_id });
      await points.next();
      const drained = collect(points);

      expect(await stopServer(service, signal)).toBe(0);
      await expect(drained).resolves.toBeInstanceOf(Array);
      client.close();
    },
  );
});
