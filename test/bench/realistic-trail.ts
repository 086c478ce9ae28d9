/**
 * A trail as a team leaves it in three months: 200 people and services, targets of which few are touched
 * often (Zipf), work in the daytime, one action in fifty failed or denied. The same for the same number.
 */
import { encodeJsonLine } from "../../src/format/index.ts";
import type { AuditRecord, BodyMap } from "../../src/event/index.ts";
import { createRandom, type Random } from "./random.ts";

/** First and last day of it, UTC. */
export const TRAIL_FROM: number = Date.UTC(2026, 7, 1);
const DAYS = 92;
const DAY_MILLIS = 86_400_000;
const ACTORS = 200;
const TARGETS = 50_000;
const STREAM_RECORDS = 250_000;

/** Lines of a journal, `count` of them. */
export function* realisticLines(count: number): Generator<string> {
  const random = createRandom(20_261_122);
  const actorAt = zipf(random, ACTORS, 1);
  const targetAt = zipf(random, TARGETS, 1.1);
  for (let at = 0; at < count; at++) {
    const stream = `Stream${String(Math.floor(at / STREAM_RECORDS)).padStart(10, "0")}`;
    const sequence = (at % STREAM_RECORDS) + 1;
    const millis = TRAIL_FROM + daytime(random, at / count);
    yield `${encodeJsonLine(recordOf(random, { stream, sequence, millis, actor: actorAt(), target: targetAt() }))}\n`;
  }
}

interface Placed {
  readonly stream: string;
  readonly sequence: number;
  readonly millis: number;
  readonly actor: number;
  readonly target: number;
}

interface Kind {
  readonly action: string;
  readonly category: string;
  readonly impact: string;
  readonly targetType: string;
  readonly body: (random: Random) => BodyMap;
}

const rate = (random: Random): number => Number((random() / 100).toPrecision(3));
const KINDS: readonly (readonly [weight: number, kind: Kind])[] = [
  [
    40,
    {
      action: "rpc_call",
      category: "rpc",
      impact: "low",
      targetType: "experiment",
      body: () => ({}),
    },
  ],
  [
    20,
    {
      action: "hp_change",
      category: "training",
      impact: "normal",
      targetType: "experiment",
      body: (random) => ({
        before: { learning_rate: rate(random), batch_size: 32 },
        after: { learning_rate: rate(random), batch_size: 64 },
      }),
    },
  ],
  [
    15,
    {
      action: "tag_add",
      category: "data",
      impact: "low",
      targetType: "dataset",
      body: (random) => ({
        tag_name: `tag-${Math.floor(random() * 40)}`,
        samples_affected: 3,
        sample_ids: samples(random),
      }),
    },
  ],
  [
    10,
    {
      action: "sample_discard",
      category: "data",
      impact: "normal",
      targetType: "dataset",
      body: (random) => ({
        samples_affected: 3,
        sample_ids: samples(random),
        origins: ["train", "train", "val"],
      }),
    },
  ],
  [
    8,
    {
      action: "query_execute",
      category: "data",
      impact: "low",
      targetType: "dataset",
      body: (random) => ({
        query_type: "filter",
        query_text: `loss > ${rate(random)}`,
        results_count: 17,
      }),
    },
  ],
  [
    4,
    {
      action: "checkpoint_save",
      category: "training",
      impact: "normal",
      targetType: "checkpoint",
      body: () => ({}),
    },
  ],
  [
    1,
    {
      action: "checkpoint_restore",
      category: "training",
      impact: "high",
      targetType: "checkpoint",
      body: () => ({}),
    },
  ],
  [
    1,
    {
      action: "pause",
      category: "training",
      impact: "normal",
      targetType: "experiment",
      body: () => ({}),
    },
  ],
  [
    1,
    {
      action: "permission_change",
      category: "access",
      impact: "high",
      targetType: "user",
      body: () => ({ before: { role: "annotator" }, after: { role: "reviewer" } }),
    },
  ],
];
const ALL_WEIGHT = KINDS.reduce((sum, [weight]) => sum + weight, 0);

function samples(random: Random): readonly string[] {
  return Array.from({ length: 3 }, () => `sample-${Math.floor(random() * 100_000)}`);
}

function kindOf(random: Random): Kind {
  let left = random() * ALL_WEIGHT;
  for (const [weight, kind] of KINDS) if ((left -= weight) < 0) return kind;
  throw new RangeError("weights do not add up");
}

function recordOf(
  random: Random,
  { stream, sequence, millis, actor, target }: Placed,
): AuditRecord {
  const { action, category, impact, targetType, body } = kindOf(random);
  const chance = random();
  const outcome = chance < 0.01 ? "denied" : chance < 0.02 ? "failure" : "success";
  const status =
    outcome === "success" ? "OK" : outcome === "denied" ? "PERMISSION_DENIED" : "INTERNAL";
  return {
    attributes: {
      "audit.record.id": `${stream}.${sequence}`,
      "audit.record.kind": "result",
      "audit.sequence.number": sequence,
      "audit.schema.version": "1",
      "audit.time": `${new Date(millis).toISOString().slice(0, -1)}${String(sequence % 1000).padStart(3, "0")}Z`,
      "audit.call.id": `C${id(random, 15)}`,
      "audit.call.duration_ms": Number((random() * 20).toFixed(3)),
      "audit.action": action,
      "audit.category": category,
      "audit.impact": impact,
      "audit.outcome": outcome,
      "audit.actor.id": actor < 180 ? `user-${actor}` : `service-${actor}`,
      "audit.actor.type": actor < 180 ? "user" : "service",
      "audit.actor.authentication": "jwt",
      "audit.target.type": targetType,
      "audit.target.id": `${targetType}-${target}`,
      "audit.source.id": `10.0.${actor % 250}.7`,
      "audit.source.type": "ip",
      "client.address": `10.0.${actor % 250}.7`,
      "rpc.system.name": "grpc",
      "rpc.method": `trainer.ExperimentService/${action}`,
      "rpc.status_code": status,
      ...(random() < 0.2
        ? { "audit.reason": `validation loss is flat since step ${sequence}` }
        : {}),
      ...(outcome === "success" ? {} : { "exception.message": `${status}: it may not be done` }),
      // As long as what a sealed record has.
      "audit.integrity.fields": `audit_actor_id:${id(random, 43)}:${id(random, 22)}`,
    },
    body: body(random),
    traceId: hex(random, 32),
    spanId: hex(random, 16),
    service: "trainer",
  };
}

/** Milliseconds since the first day, for a share of the whole: in the night there is a tenth. */
function daytime(random: Random, share: number): number {
  const day = Math.min(DAYS - 1, Math.floor(share * DAYS));
  const within = share * DAYS - day;
  const hour = random() < 0.1 ? within * 24 : 8 + within * 10;
  return day * DAY_MILLIS + Math.floor(hour * 3_600_000);
}

/** Places from 0 on; the chance of each falls with the power of its rank. */
function zipf(random: Random, count: number, power: number): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let at = 0; at < count; at++) sums[at] = sum += 1 / (at + 1) ** power;
  return () => {
    const wanted = random() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function id(random: Random, length: number): string {
  let text = "";
  for (let at = 0; at < length; at++) text += LETTERS[Math.floor(random() * 64)] ?? "";
  return text;
}

function hex(random: Random, length: number): string {
  let text = "";
  for (let at = 0; at < length; at++) text += Math.floor(random() * 16).toString(16);
  return text;
}
