/** A real Kafka broker: skipped where there is no Java, a failure where AUDIT_REQUIRE names it. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { buildKafka, kafkaJarsIfBuilt } from "../../collector-config/build/build.ts";
import { freePorts, type Server, startServer } from "./child-process.ts";

/** Why tests with Kafka cannot run here, or undefined when they can, or must (AUDIT_REQUIRE=java). */
export function whyNoKafka(): string | undefined {
  if ((process.env["AUDIT_REQUIRE"] ?? "").split(",").includes("java")) return undefined;
  if (spawnSync("java", ["-version"]).status !== 0) return skippedFor("java");
  if (kafkaJarsIfBuilt() !== undefined) return undefined;
  return spawnSync("mvn", ["--version"]).status === 0 ? undefined : skippedFor("mvn");
}

function skippedFor(program: string): string {
  return `SKIPPED, NOT TESTED: no ${program} on PATH for the Kafka broker; AUDIT_REQUIRE=java makes that a failure`;
}

/** A broker that takes connections. */
export interface RunningKafka extends Server {
  /** host:port for clients. */
  readonly broker: string;
  /** Makes a topic that keeps its messages for ever. */
  readonly createTopic: (name: string, partitions: number) => void;
}

/** Ports of a broker: for clients, and for its controller. */
export type KafkaPorts = readonly [broker: number, controller: number];

/** Two ports that nobody listens on at the moment. A broker that comes back needs those it had. */
export async function freeKafkaPorts(): Promise<KafkaPorts> {
  const [broker = 0, controller = 0] = await freePorts(2);
  return [broker, controller];
}

/** Small and quick to start: this is no place for long runs. */
const JAVA_OPTIONS = [
  "-Xmx256m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
];

/** Starts a broker with its data in `dir`, fetching its jars first if need be. */
export async function startKafka(dir: string, ports: KafkaPorts): Promise<RunningKafka> {
  const classPath = path.join(await buildKafka(), "*");
  const [port, controllerPort] = ports;
  const broker = `127.0.0.1:${port}`;
  const properties = path.join(dir, "server.properties");
  const java = (main: string, args: readonly string[]): readonly string[] => [
    ...JAVA_OPTIONS,
    "-cp",
    classPath,
    main,
    ...args,
  ];
  const run = (main: string, args: readonly string[]): void => {
    const { status, stdout, stderr } = spawnSync("java", java(main, args), { encoding: "utf8" });
    if (status !== 0) throw new Error(`${main} ended with ${String(status)}:\n${stdout}${stderr}`);
  };
  if (!existsSync(properties)) {
    await mkdir(dir, { recursive: true });
    await writeFile(properties, propertiesOf(dir, broker, `127.0.0.1:${controllerPort}`));
    const cluster = randomBytes(16).toString("base64url").replace(/^-/, "x");
    const format = ["format", "--standalone", "-t", cluster, "-c", properties];
    run("kafka.tools.StorageTool", format);
  }
  const server = await startServer("java", java("kafka.Kafka", [properties]), {
    healthUrl: `tcp://${broker}`,
  });
  return {
    ...server,
    broker,
    createTopic: (name, partitions) => {
      const what = ["--create", "--topic", name, "--partitions", String(partitions)];
      const how = ["--replication-factor", "1", "--config", "retention.ms=-1"];
      const command = ["--bootstrap-server", broker, ...what, ...how];
      run("org.apache.kafka.tools.TopicCommand", command);
    },
  };
}

/** One node that is broker and controller. */
function propertiesOf(dir: string, broker: string, controller: string): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=${controller}
listeners=PLAINTEXT://${broker},CONTROLLER://${controller}
advertised.listeners=PLAINTEXT://${broker},CONTROLLER://${controller}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${path.join(dir, "data")}
# As brokers should be run: kafka.yaml does not rely on it.
auto.create.topics.enable=false
# A consumer gets its partitions at once.
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
`;
}
