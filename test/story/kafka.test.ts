/**
 * Two services ship to a Collector that writes to Kafka; another Collector reads from there and writes files.
 * Broker and both Collectors are killed in between. Without `java` or `go` skipped (AUDIT_REQUIRE names them: fails).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readRecords } from "otel-audit/read";
import { eventually, freePorts } from "../collector/child-process.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  type RunningCollector,
  startCollector,
  whyNoCollector,
} from "../collector/collector-process.ts";
import { freeKafkaPorts, startKafka, whyNoKafka } from "../collector/kafka-process.ts";
import { holdSealedService, runSealedService } from "../support/sealed-service.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { allProven, verified } from "../support/verdicts.ts";

const skipped = whyNoCollector() ?? whyNoKafka();
if (skipped !== undefined) process.stderr.write(`\notel-audit: test/story/kafka: ${skipped}\n\n`);

/** More than one for each stream. */
const PARTITIONS = 3;
const ARRIVAL_MILLIS = 60_000;
/** Messages so small that most requests have to be cut, as the largest are with the limits of kafka.yaml. */
const SMALL_MESSAGES = `
exporters:
  kafka/audit:
    producer: { max_message_bytes: 20000 }
    sending_queue: { batch: { max_size: 16000 } }
`;

describe.skipIf(skipped !== undefined)("a trail that went through Kafka", () => {
  test(
    "is whole, in order and proven, whoever was killed",
    async () => {
      const root = temporaryDirectory();
      const quiet = join(root, "quiet");
      const stormy = join(root, "stormy");
      const late = join(root, "late");
      const AUDIT_REDACTION_FILE = join(root, "redaction.yaml");
      writeFileSync(AUDIT_REDACTION_FILE, "version: 1\n", { mode: 0o600 });
      const ports = await freeKafkaPorts();
      const [httpPort] = await freePorts(1);
      const startBroker = () => startKafka(join(root, "kafka"), ports);
      let kafka = await startBroker();
      kafka.createTopic("audit_logs", PARTITIONS);
      const smallMessages = join(root, "small-messages.yaml");
      writeFileSync(smallMessages, SMALL_MESSAGES);
      const start = (
        name: string,
        overlays: readonly string[],
        more: Readonly<Record<string, string>> = {},
      ): Promise<RunningCollector> =>
        startCollector({
          dir: join(root, name),
          overlays,
          env: {
            // Nobody listens at the second one.
            AUDIT_KAFKA_BROKERS: `${kafka.broker},127.0.0.1:1`,
            AUDIT_KAFKA_INSECURE: "true",
            ...more,
          },
        });
      const startProducer = () =>
        start("producer", ["overlays/kafka.yaml", smallMessages], {
          AUDIT_OTLP_HTTP_ENDPOINT: `127.0.0.1:${httpPort}`,
        });
      const startConsumer = () => start("consumer", ["overlays/kafka-consumer.yaml"]);
      let producer = await startProducer();
      let consumer = await startConsumer();
      const arrived = () => idsIn(consumer.jsonFile);
      const allArrived = async (journal: string): Promise<void> => {
        const ids = await idsOfJournal(journal);
        const missing = (): readonly string[] => {
          const there = new Set(arrived());
          return ids.filter((id) => !there.has(id));
        };
        const areThere = async () => (missing().length === 0 ? true : undefined);
        await eventually(areThere, ARRIVAL_MILLIS).catch((error: unknown) => {
          throw new Error(`did not arrive: ${missing().join(" ")}`, { cause: error });
        });
      };
      const sealed = { endpoint: producer.httpEndpoint, env: { AUDIT_REDACTION_FILE } };

      await runSealedService({ ...sealed, directory: quiet, rounds: 5 });
      await allArrived(join(quiet, "journal"));

      // The consumer goes while records arrive, the broker with records that nobody has read.
      const before = arrived().length;
      const started = holdSealedService({ ...sealed, directory: stormy, rounds: 30 });
      await eventually(async () => (arrived().length > before ? true : undefined), ARRIVAL_MILLIS);
      await consumer.kill();
      await kafka.kill();
      const service = await started;
      // The producer goes with what it could not write to Kafka, and comes back before the broker.
      const isWaiting = async () => ((await waitingFor(producer)) > 0 ? true : undefined);
      const more = holdSealedService({ ...sealed, directory: late, rounds: 5 });
      await eventually(isWaiting, ARRIVAL_MILLIS);
      await producer.kill();
      producer = await startProducer();
      const second = await more;
      kafka = await startBroker();
      consumer = await startConsumer();
      for (const directory of [stormy, late]) await allArrived(join(directory, "journal"));
      // Each sends its last record as it closes.
      await second.close();
      await service.close();
      for (const directory of [stormy, late]) await allArrived(join(directory, "journal"));

      const expected = [quiet, stormy, late].map((directory) =>
        idsOfJournal(join(directory, "journal")),
      );
      const ids = (await Promise.all(expected)).flat();
      expect(new Set(arrived())).toEqual(new Set(ids));
      expect(await verified([consumer.jsonFile])).toEqual(allProven(ids.length));
      const [first, ...others] = streamsOf(arrived());
      expect(first).toEqual(first?.toSorted((one, two) => one - two));
      expect(others).toHaveLength(2);
      // What a Collector had in hand when it was killed comes behind the rest of its queue.
      for (const sequences of others) expect(stepsBack(sequences)).toBeLessThanOrEqual(2);
      await producer.stop();
      await consumer.stop();
      await kafka.kill();
    },
    BUILD_TIMEOUT_MILLIS,
  );
});

async function idsOfJournal(path: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const item of readRecords(path)) {
    if (item.kind === "problem") throw new Error(`${item.file}: ${item.message}`);
    ids.push(String(item.record.attributes["audit.record.id"]));
  }
  return ids;
}

/** Ids in a Collector's file, in its order, each as often as it is there. */
function idsIn(file: string): readonly string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/"audit\.record\.id","value":\{"stringValue":"([^"]+)"/g)].map(
    ([, id]) => id ?? "",
  );
}

/** The sequence numbers of each stream, in the order in which they came first. */
function streamsOf(ids: readonly string[]): readonly (readonly number[])[] {
  const streams = new Map<string, number[]>();
  for (const id of new Set(ids)) {
    const [stream = "", sequence] = id.split(".");
    streams.set(stream, [...(streams.get(stream) ?? []), Number(sequence)]);
  }
  return [...streams.values()];
}

function stepsBack(sequences: readonly number[]): number {
  return sequences.filter((sequence, at) => sequence < (sequences[at - 1] ?? 0)).length;
}

/** Requests in the queue for Kafka. */
async function waitingFor(producer: RunningCollector): Promise<number> {
  const text = await (await fetch(producer.metricsUrl)).text();
  const [, size] =
    /^otelcol_exporter_queue_size\{[^}]*exporter="kafka\/audit"[^}]*\} (\S+)$/m.exec(text) ?? [];
  return Number(size ?? 0);
}
