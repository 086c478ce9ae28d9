/** What shipping promises when a process is killed, or nobody takes what it sends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { expect, onTestFinished, test } from "vitest";
import { listQuarantineFiles, readQuarantineFile } from "../../src/deliver/index.ts";
import { recordsIn } from "../support/journal-records.ts";
import { startOtlpSink } from "../support/otlp-sink.ts";
import { startProgram } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const NOTES = 40;
const isPoison = (at: number): boolean => at % 13 === 5;

function startIdleService(directory: string, endpoint: string): ChildProcess {
  const program = join(import.meta.dirname, "programs/idle-service.ts");
  const child = spawn(
    process.execPath,
    ["-C", "@otel-audit/source", program, directory, endpoint],
    { stdio: "ignore" },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

test.each([
  ["while the first batch is on its way", 1],
  ["in the middle of a bisection", 6],
  ["late in it", 14],
])(
  "SIGKILL %s: everything arrives, and what was refused stands in quarantine once",
  async (_when, killAt) => {
    const directory = temporaryDirectory();
    const audit = await createAudit({ directory, format: "journal", policy: { version: 1 } });
    for (let at = 0; at < NOTES; at++) {
      const id = isPoison(at) ? `POISON-${at}` : `point-${at}`;
      void audit.record({
        action: "note_write",
        actor: "ann",
        target: { id },
        details: { note: "x" },
      });
    }
    await audit.close();

    const sink = await startOtlpSink();
    const first = startIdleService(directory, sink.url);
    const ended = once(first, "exit");
    sink.answer = (request, body) => {
      if (request === killAt) first.kill("SIGKILL");
      return { status: request === killAt ? 500 : body.includes("POISON") ? 400 : 200 };
    };
    await ended;

    const second = await createAudit({
      directory,
      endpoint: sink.url,
      format: "journal",
      policy: { version: 1 },
    });
    const wanted = recordsIn(directory)
      .filter(({ attributes }) => !String(attributes["audit.target.id"]).startsWith("POISON"))
      .map(({ attributes }) => String(attributes["audit.record.id"]));
    await sink.until(() => wanted.every((id) => sink.taken().includes(id)));
    await second.close();
    const refused = listQuarantineFiles(directory)
      .flatMap((file) => readQuarantineFile(directory, file, (why) => expect.unreachable(why)))
      .map(({ flat }) => flat.target_id ?? "");
    const poison = Array.from({ length: NOTES }, (_, at) => at).filter(isPoison);
    expect(refused.toSorted()).toEqual(poison.map((at) => `POISON-${at}`).toSorted());
  },
);

/** A receiver that takes the connection and the request, and never answers. */
async function startSilentReceiver(): Promise<string> {
  const server = createServer(() => {}).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a receiver that never answers costs no memory, however much is recorded", async () => {
  const count = Number(process.env["AUDIT_TEST_RECORDS"] ?? "150000");
  const program = await startProgram("test/crash/programs/dead-receiver.ts", {
    nodeArgs: ["--expose-gc"],
    args: [temporaryDirectory(), await startSilentReceiver(), String(count)],
    ready: /(\{"early.*\})/,
  });
  const { early, late, ...health } = JSON.parse(program.ready) as Record<string, number>;
  console.log(`${count} records, nobody takes them: ${early} MB, then ${late} MB`);
  expect(health).toMatchObject({ written: count + 1, lost: 0 });
  expect((late ?? 0) - (early ?? 0)).toBeLessThan(50);
});
