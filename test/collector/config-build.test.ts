/**
 * build.ts with a `go` that only pretends: when it builds, when it does not, and what stays behind.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  access,
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "./child-process.ts";
import { CONFIG_DIR } from "./collector-process.ts";

let root: string;

// In one place for all tests: what Node has compiled of it serves them all.
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "otel-audit-build-"));
  // What build.ts imports, and where packages are found from there.
  await cp(path.join(CONFIG_DIR, "../src"), path.join(root, "src"), { recursive: true });
  await symlink(path.join(CONFIG_DIR, "../node_modules"), path.join(root, "node_modules"));
});

beforeEach(async () => {
  await cp(path.join(CONFIG_DIR, "build"), path.join(root, "collector-config/build"), {
    recursive: true,
  });
  await mkdir(path.join(root, "bin"));
});

afterEach(async () => {
  for (const name of await readdir(root)) {
    if (["src", "node_modules"].includes(name)) continue;
    await rm(path.join(root, name), { recursive: true, force: true });
  }
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

/** A `go` that says its version, and whose `build -o FILE` writes a program there. Each build adds a line to `builds`. */
async function pretendGo(
  options: { readonly version?: string; readonly build?: string } = {},
): Promise<void> {
  const go = path.join(root, "bin/go");
  const build = options.build ?? `printf '#!/bin/sh\\nexit 0\\n' > "$out"; chmod +x "$out"`;
  await writeFile(
    go,
    `#!/bin/sh
if [ "$1" = env ]; then echo ${options.version ?? "go1.26.0"}; exit 0; fi
echo build >> "${root}/builds"
while [ "$1" != -o ]; do shift; done
out=$2
${build}
`,
  );
  await chmod(go, 0o755);
}

interface Run {
  readonly child: ChildProcess;
  readonly done: Promise<{
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

function run(...args: readonly string[]): Run {
  return runWithPath(`${path.join(root, "bin")}:/usr/bin:/bin`, args);
}

function runWithPath(searchPath: string, args: readonly string[]): Run {
  const script = path.join(root, "collector-config/build/build.ts");
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, PATH: searchPath, NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text));
  return { child, done: once(child, "close").then(() => ({ code: child.exitCode, ...texts })) };
}

async function cached(): Promise<readonly string[]> {
  return readdir(path.join(root, ".cache")).catch(() => []);
}

async function builds(): Promise<number> {
  const text = await readFile(path.join(root, "builds"), "utf8").catch(() => "");
  return text.split("\n").length - 1;
}

describe("build.ts", () => {
  it("prints the path of the binary last, and builds once", async () => {
    await pretendGo();
    const first = await run("collector").done;
    expect(first.code).toBe(0);
    const binary = first.stdout.trimEnd().split("\n").at(-1) ?? "";
    expect(binary).toMatch(/\/\.cache\/collector-[0-9a-f]{16}\/otelcol-audit$/);
    await access(binary);
    const before = await builds();
    expect((await run().done).stdout.trimEnd()).toBe(binary);
    expect(await builds()).toBe(before);
  });

  it.each(["manifest.yaml", "go.mod", "go.sum", "textencoding/ext.go", "builder/go.sum"])(
    "builds another one when %s changes",
    async (file) => {
      await pretendGo();
      await run().done;
      const input = path.join(root, "collector-config/build", file);
      await writeFile(input, `${await readFile(input, "utf8")}\n`);
      await run().done;
      expect(await cached()).toHaveLength(2);
    },
  );

  it("leaves one whole binary when two build at the same time", async () => {
    await pretendGo({
      build: `sleep 0.2; printf '#!/bin/sh\\nexit 0\\n' > "$out"; chmod +x "$out"`,
    });
    const [one, two] = await Promise.all([run().done, run().done]);
    expect([one?.code, two?.code]).toEqual([0, 0]);
    expect(one?.stdout).toBe(two?.stdout);
    expect(await cached()).toEqual([expect.stringMatching(/^collector-[0-9a-f]{16}$/)]);
  });

  it("has no binary after a build that was killed, and builds it then", async () => {
    await pretendGo({ build: `printf half > "$out"; exec sleep 5` });
    const killed = run("victoria-logs");
    await eventually(async () => ((await builds()) > 0 ? true : undefined));
    killed.child.kill("SIGKILL");
    await once(killed.child, "exit");
    expect((await cached()).filter((name) => name.startsWith("victoria-logs-"))).toEqual([]);
    await pretendGo();
    expect((await run("victoria-logs").done).code).toBe(0);
    expect((await cached()).filter((name) => name.startsWith("victoria-logs-"))).toHaveLength(1);
  });

  it("says what is wrong when there is no go, and leaves nothing", async () => {
    const { code, stderr } = await runWithPath(path.join(root, "bin"), []).done;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^otel-audit: building needs Go 1\.26 or newer on PATH/);
    expect(await cached()).toEqual([]);
  });

  it.each([
    ["go is too old", { version: "go1.25.9" }, /found go1\.25\.9: install a newer one/],
    [
      "go fails",
      { build: "echo 'no such module' >&2; exit 1" },
      /go build failed \(1\):\nno such module/,
    ],
  ])("says what is wrong when %s, and leaves nothing", async (_name, go, text) => {
    await pretendGo(go);
    const { code, stdout, stderr } = await run().done;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(text);
    expect(stderr).not.toContain("    at ");
    expect(await cached()).toEqual([]);
  });

  it.each(["go1.26rc2", "go1.27.0", "go2.0"])("takes %s", async (version) => {
    await pretendGo({ version });
    expect((await run("all").done).code).toBe(0);
  });

  it("fetches Kafka's jars once, with Maven alone", async () => {
    const maven = path.join(root, "bin/mvn");
    await writeFile(
      maven,
      `#!/bin/sh
for option in "$@"; do
  case $option in -DoutputDirectory=*) mkdir "\${option#*=}"; echo fetch >> "${root}/builds";; esac
done
`,
    );
    await chmod(maven, 0o755);
    const first = await run("kafka").done;
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout.trimEnd()).toMatch(/\/\.cache\/kafka-[0-9a-f]{16}\/jars$/);
    await access(first.stdout.trimEnd());
    expect(await run("kafka").done).toMatchObject({ code: 0, stdout: first.stdout });
    expect(await builds()).toBe(1);
  });

  it("says what is wrong when there is no Maven, and leaves nothing", async () => {
    const { code, stderr } = await runWithPath(path.join(root, "bin"), ["kafka"]).done;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^otel-audit: the Kafka broker of the tests needs Maven on PATH \(mvn\)/,
    );
    expect(await cached()).toEqual([]);
  });

  it("explains itself, and refuses what it does not know", async () => {
    expect((await run("--help").done).stdout).toMatch(/^Usage: /);
    expect(await run("grafana").done).toMatchObject({ code: 1, stdout: "" });
  });
});
