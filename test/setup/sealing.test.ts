/** Sealing in a real service: how it ends, and what people are told of a signer that fails. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { expect, test } from "vitest";
import { generateSigningKey, signerOf } from "../../src/seal/signer.ts";
import { checkpointsIn } from "../support/journal-checkpoints.ts";
import { createLedger } from "../support/ledger.ts";
import { startService } from "../support/service.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { verifyJournal } from "../support/verified-journal.ts";

test.each<[name: string, end: "exit" | "close"]>([
  ["process.exit() without close()", "exit"],
  ["close()", "close"],
])("%s leaves a checkpoint that closes the stream", async (_name, end) => {
  const directory = temporaryDirectory();
  const service = await startService({ name: "s", directory, ledger: createLedger() });
  await service.call("Note");
  await service.call("Grant");
  if (end === "close") await service.ask("close");
  await service.ask("exit", 0).catch(() => {});
  await service.ended;
  const checkpoints = await checkpointsIn(directory);
  expect(checkpoints.at(0)?.state).toBe("open");
  expect(checkpoints.at(-1)?.state).toBe("close");
  expect(await verifyJournal(directory)).toEqual({ uncovered: ["checkpoint"] });
});

test("a closed action's result is under a checkpoint soon behind its reply", async () => {
  const directory = temporaryDirectory();
  const service = await startService({ name: "s", directory, ledger: createLedger() });
  // On a machine with much else to do the disk may not confirm in time: the call is refused then.
  while ((await service.call("Grant")) !== 0);
  await expect
    .poll(async () => {
      const last = (await checkpointsIn(directory)).at(-1);
      return last?.state === "run" && last.results > 0;
    })
    .toBe(true);
  await service.end("SIGKILL");
  expect(await verifyJournal(directory)).toEqual({ uncovered: ["checkpoint"] });
});

test("a signer that fails turns health yellow and is said once; what waited is covered when it signs again", async () => {
  const directory = temporaryDirectory();
  const service = await startService({
    name: "s",
    directory,
    ledger: createLedger(),
    env: { SERVICE_SIGNER: "down" },
  });
  for (let round = 0; round < 3; round++) {
    expect(await service.call("Note")).toBe(0);
    await service.ask("flush");
  }
  const health = await service.health();
  expect(health.state).toBe("yellow");
  expect(health.problems).toEqual(["no checkpoint can be made: the key service is down"]);
  expect(health.lost).toBe(0);
  expect(service.said().match(/a checkpoint cannot be made/g)).toHaveLength(1);
  expect(service.said()).toContain(
    "otel-audit: a checkpoint cannot be made, records are written without: the key service is down",
  );
  expect(await checkpointsIn(directory)).toEqual([]);

  await service.ask("sign again");
  await service.ask("flush");
  await service.saying(/checkpoints are made again/);
  expect(await service.health()).toMatchObject({ state: "green", problems: [] });
  await service.ask("close");
  const checkpoints = await checkpointsIn(directory);
  expect(checkpoints.map(({ state }) => state)).toEqual(["open", "close"]);
  expect(checkpoints[0]?.opening?.custody).toBe("function");
  expect(await verifyJournal(directory)).toEqual({ uncovered: ["checkpoint"] });
});

test("a process that waits for close() does not end before a signer that never answers was given up", () => {
  const directory = temporaryDirectory();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["-C", "@otel-audit/source", join(import.meta.dirname, "programs/mute-signer.ts"), directory],
    { encoding: "utf8" },
  );
  expect({ status, stdout }).toEqual({ status: 0, stdout: "closed\n" });
  expect(stderr).not.toContain("unsettled");
});

test("a key in a file and one behind a function: the function wins, and no file is made", async () => {
  const root = temporaryDirectory();
  const own = signerOf(generateSigningKey(), "memory");
  const audit = await createAudit({
    directory: join(root, "audit"),
    policy: { version: 1 },
    seal: {
      keyFile: join(root, "key.pem"),
      signer: { publicKey: own.key.publicKey, sign: (text) => own.sign(text) },
    },
  });
  await audit.close();
  expect(readdirSync(root)).toEqual(["audit"]);
  const [opening] = await checkpointsIn(join(root, "audit"));
  expect(opening?.opening?.custody).toBe("function");
});
