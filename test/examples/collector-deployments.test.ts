/**
 * The Collector in containers, which nobody ran here: every path, flag, variable and port in
 * examples/collector-compose and docs/collector-kubernetes.md is one that exists.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { collectorCommand } from "../../src/cli/collector-command.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const root = join(import.meta.dirname, "../..");
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

const config = textOf("collector-config/config.yaml");
/** Of the build that the tests run. */
const { version } = z
  .object({ dist: z.object({ version: z.string() }) })
  .transform(({ dist }) => dist)
  .parse(parse(textOf("collector-config/build/manifest.yaml")));
const IMAGE = `otel/opentelemetry-collector-contrib:${version}`;
/** The official image's. */
const USER = 10001;

/** The port of a listener of config.yaml, where its variable is not set. */
function defaultPort(variable: string): string | undefined {
  return new RegExp(`\\$\\{env:${variable}:-127\\.0\\.0\\.1:(\\d+)\\}`).exec(config)?.[1];
}

/** Refuses words that are no `otel-audit collector …` with options that it has. */
function expectCommand([room, name = "", ...rest]: readonly string[]): void {
  expect(room).toBe("collector");
  const lines = { print: (): void => {}, warn: (): void => {} };
  const command = collectorCommand(lines).commands.find((one) => one.name() === name);
  const options = rest.filter((word) => word.startsWith("--"));
  const known = command?.options.map(({ long }) => long) ?? [];
  expect(options.filter((option) => !known.includes(option))).toEqual([]);
}

const SERVICE = z.strictObject({
  image: z.string(),
  user: z.string(),
  network_mode: z.literal("none").optional(),
  depends_on: z
    .record(z.string(), z.strictObject({ condition: z.literal("service_completed_successfully") }))
    .optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  mem_limit: z.string().optional(),
  stop_grace_period: z.string().optional(),
  restart: z.enum(["no", "always", "on-failure", "unless-stopped"]).optional(),
});
const COMPOSE = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), SERVICE),
  volumes: z.record(z.string(), z.null()),
});

describe("examples/collector-compose/compose.yaml", () => {
  const folder = join(root, "examples/collector-compose");
  const text = textOf("examples/collector-compose/compose.yaml");
  const { services, volumes } = COMPOSE.parse(parse(text));
  const { own, prepare, collector } = z
    .object({ own: SERVICE, prepare: SERVICE, collector: SERVICE })
    .parse(services);
  const data = collector.environment["AUDIT_COLLECTOR_DIR"] ?? "";

  test("says that it was not run", () => expect(text).toContain("not run"));

  test("mounts what is there, and what it declares", () => {
    for (const { volumes: mounts } of Object.values(services)) {
      for (const [source = "", target = ""] of mounts.map((mount) => mount.split(":"))) {
        if (source.startsWith(".")) expect(resolve(folder, source)).toSatisfy(existsSync);
        else expect(Object.keys(volumes)).toContain(source);
        expect(target).toMatch(/^\//);
      }
    }
    for (const service of [own, prepare, collector])
      expect(service.volumes).toContain(`audit:${data}`);
  });

  test("runs the Collector of the tests, as the user of its image, and nothing of it is open", () => {
    expect(collector.image).toBe(IMAGE);
    expect(collector.user).toBe(`${USER}:${USER}`);
    expect(own.command).toEqual([`chown ${USER}:${USER} ${data} && chmod 0700 ${data}`]);
    expect(prepare.user).toBe(collector.user);
    const listeners = Object.entries(collector.environment).filter(([, value]) =>
      value.startsWith("0.0.0.0:"),
    );
    const ports = listeners.map(([variable, value]) => {
      expect(value).toBe(`0.0.0.0:${defaultPort(variable)}`);
      return `127.0.0.1:${defaultPort(variable)}:${defaultPort(variable)}`;
    });
    // The metrics have a variable for the host alone.
    expect(collector.environment["AUDIT_METRICS_HOST"]).toBe("0.0.0.0");
    const [, metrics] = /\$\{env:AUDIT_METRICS_PORT:-(\d+)\}/.exec(config) ?? [];
    expect(collector.ports).toEqual([...ports, `127.0.0.1:${metrics}:${metrics}`]);
  });

  test("sets variables that the configuration reads, and gives it the configuration", () => {
    const unknown = Object.keys(collector.environment).filter(
      (name) => !config.includes(`\${env:${name}:-`),
    );
    expect(unknown).toEqual([]);
    const [flag = ""] = collector.command;
    expect(collector.volumes).toContain(
      `../../collector-config/config.yaml:${flag.replace(/^--config=/, "")}:ro`,
    );
  });

  test("prepares with a command that exists, once the volume is its own", () => {
    expectCommand(prepare.command);
    expect(prepare.command.at(-1)).toBe(data);
    const [, main = ""] = prepare.entrypoint ?? [];
    expect(prepare.volumes).toContain("../..:/otel-audit:ro");
    expect(main).toBe("/otel-audit/dist/cli/main.js");
    expect(textOf("package.json")).toContain('"otel-audit": "./dist/cli/main.js"');
    expect(Object.keys(prepare.depends_on ?? {})).toEqual(["own"]);
    expect(Object.keys(collector.depends_on ?? {})).toEqual(["prepare"]);
  });
});

const ENV = z.array(z.object({ name: z.string(), value: z.string().optional() }));
const CONTEXT = z.object({ runAsUser: z.literal(USER), runAsNonRoot: z.literal(true) });
const POD = z.object({
  initContainers: z.tuple([z.object({ args: z.array(z.string()), securityContext: CONTEXT })]),
  securityContext: CONTEXT,
  podSecurityContext: z.object({ fsGroup: z.literal(USER) }),
  mode: z.literal("statefulset"),
});
const MOUNTS = z.array(z.object({ name: z.string(), mountPath: z.string() }));

describe("docs/collector-kubernetes.md", () => {
  const page = textOf("docs/collector-kubernetes.md");
  const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  const [values = "", more = "", resource = ""] = blocks;
  const helm = POD.extend({
    image: z.object({ repository: z.string(), tag: z.string() }),
    extraEnvs: ENV,
    extraVolumeMounts: MOUNTS,
  }).parse(parse(values));
  const merged = z.object({ extraEnvs: ENV, extraVolumeMounts: MOUNTS }).parse(parse(more));
  const spec = POD.extend({ image: z.string(), env: ENV, volumeMounts: MOUNTS }).parse(
    z.object({ spec: z.unknown() }).parse(parse(resource)).spec,
  );

  test("says that it was not run", () => expect(page).toContain("**Not run by us**"));

  test("runs the Collector of the tests", () => {
    expect(`${helm.image.repository}:${helm.image.tag}`).toBe(IMAGE);
    expect(spec.image).toBe(IMAGE);
  });

  test.each([
    ["the chart", helm.extraEnvs, helm.extraVolumeMounts, 0],
    ["a release that is there", merged.extraEnvs, merged.extraVolumeMounts, 10],
    ["the operator", spec.env, spec.volumeMounts, 0],
  ])("%s: variables and ports are those of the configuration", (_, env, mounts, apart) => {
    const ours = env.filter(({ name }) => name.startsWith("AUDIT_"));
    expect(ours.length).toBeGreaterThan(2);
    for (const { name, value = "" } of ours) {
      if (name === "AUDIT_COLLECTOR_DIR") {
        expect(mounts.some(({ mountPath }) => value.startsWith(`${mountPath}/`))).toBe(true);
      } else expect(value).toBe(`$(MY_POD_IP):${Number(defaultPort(name)) + apart}`);
    }
  });

  test.each([
    ["the chart", helm.initContainers[0].args, helm.extraEnvs],
    ["the operator", spec.initContainers[0].args, spec.env],
  ])("%s: prepares, with a command that exists, what the Collector uses", (_, args, env) => {
    expectCommand(args);
    expect(args.at(-1)).toBe(env.find(({ name }) => name === "AUDIT_COLLECTOR_DIR")?.value);
  });

  test("the operator gets the whole configuration, with nothing empty in it", () => {
    const work = temporaryDirectory();
    mkdirSync(join(work, "collector-config"));
    copyFileSync(
      join(root, "collector-config/config.yaml"),
      join(work, "collector-config/config.yaml"),
    );
    writeFileSync(join(work, "audit-collector.yaml"), resource);
    const [, script = ""] = /^```sh\n(.*?)^```$/ms.exec(page) ?? [];
    execFileSync("/bin/sh", ["-eu", "-c", script], { cwd: work });
    const whole = readFileSync(join(work, "audit.yaml"), "utf8");
    const { spec: made } = z
      .object({ spec: z.object({ config: z.record(z.string(), z.unknown()) }) })
      .parse(parse(whole));
    const wanted = JSON.stringify(parse(config)).replaceAll(":null", ":{}");
    expect(JSON.stringify(made.config)).toBe(wanted);
  });
});
