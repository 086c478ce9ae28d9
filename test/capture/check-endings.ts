/** Runs every ending once unaudited and once audited, and compares. Shared by the test files, one for each order of loading. */
import { expect, onTestFinished, test } from "vitest";
import type { AuditRecord } from "../../src/event/index.ts";
import { type Audit, auditGrpc, createAudit } from "otel-audit";
import type { GrpcCopy, Reply } from "../support/grpc-service.ts";
import { recordsIn } from "../support/journal-records.ts";
import { collectRejections } from "../support/rejections.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { type Ending, endingsOf, runEnding } from "./endings.ts";

/** What a record of a call is compared with. */
interface Seen {
  readonly reply: Reply;
  readonly rejections: readonly string[];
  readonly records: readonly AuditRecord[];
  readonly recordsAtReply: number;
}

/** Opens an audit log without views that closes with the test. */
export async function openTestAudit(
  options: Parameters<typeof createAudit>[0] = {},
): Promise<Audit> {
  const audit = await createAudit({
    directory: temporaryDirectory(),
    format: "journal",
    policy: { version: 1 },
    ...options,
  });
  onTestFinished(() => audit.close());
  return audit;
}

const isResult = ({ attributes }: AuditRecord): boolean =>
  attributes["audit.record.kind"] === "result";

const matching = (text: string | RegExp): unknown =>
  typeof text === "string" ? text : (expect.stringMatching(text) as unknown);

/** All records of the one call; whether its reply arrived shows when its stream closes. */
async function allRecords(audit: Audit, { undelivered }: Ending): Promise<readonly AuditRecord[]> {
  const expected = undelivered === undefined ? 1 : 2;
  while (recordsIn(audit.directory).length < expected) {
    await new Promise((next) => setImmediate(next));
  }
  return recordsIn(audit.directory);
}

const texts = (reasons: readonly unknown[]): string[] => reasons.map(String);

/** An instrumentation that patches grpc-js after us, and was not there for the unaudited calls. */
export interface LateInstrumentation {
  readonly start: () => void;
  /** instrumentation-grpc calls back with two arguments only, whoever audits. */
  readonly losesTrailers?: boolean;
}

/** Tests of all endings. The copy of grpc-js is not patched by us when this is called. */
export function testEndings(
  grpc: GrpcCopy,
  check: (records: readonly AuditRecord[], ending: Ending) => Promise<void> | void,
  late: LateInstrumentation = { start() {} },
): void {
  const endings = endingsOf(grpc);
  const plain = new Map<Ending, Reply>();
  const plainRejections = new Map<Ending, readonly string[]>();

  test.each(endings)("unaudited: $kind $name", async (ending) => {
    const rejections = collectRejections();
    plain.set(ending, await runEnding(grpc, ending));
    plainRejections.set(ending, texts(rejections));
  });

  test.each(endings)("audited: $kind $name", async (ending) => {
    const audit = await openTestAudit();
    auditGrpc(grpc, audit);
    late.start();
    const rejections = collectRejections();
    let recordsAtReply = -1;
    const reply = await runEnding(grpc, ending, () => {
      recordsAtReply = recordsIn(audit.directory).filter(isResult).length;
    });
    const seen: Seen = {
      reply,
      rejections: texts(rejections),
      records: await allRecords(audit, ending),
      recordsAtReply,
    };
    const expected = plain.get(ending);
    expect(seen.reply).toEqual(
      late.losesTrailers === true && !["serverStream", "bidi"].includes(ending.kind)
        ? { ...expected, trailers: {} }
        : expected,
    );
    expect(seen.rejections).toEqual(plainRejections.get(ending));
    const [result, ...others] = seen.records;
    const { error, ...ended } = ending.record;
    expect({
      rpcStatus: result?.attributes["rpc.status_code"],
      outcome: result?.attributes["audit.outcome"],
    }).toEqual({ ...ended, rpcStatus: matching(ended.rpcStatus) });
    expect(result?.attributes["exception.message"]).toEqual(
      error === undefined ? undefined : matching(error),
    );
    expect(
      others.map(({ attributes }) => [
        attributes["audit.record.kind"],
        attributes["audit.call.id"],
        attributes["exception.message"],
      ]),
    ).toEqual(
      ending.undelivered === undefined
        ? []
        : [["delivery", result?.attributes["audit.call.id"], matching(ending.undelivered)]],
    );
    if (ending.client === undefined) expect(seen.recordsAtReply).toBe(1);
    expect(seen.records[0]?.attributes).toMatchObject({
      "audit.action": "rpc_call",
      "rpc.method": "probe.Probe/Do",
      "rpc.system.name": "grpc",
      "client.address": "127.0.0.1",
      "audit.actor.id": "anonymous",
      "audit.source.id": "127.0.0.1",
    });
    await check(seen.records, ending);
    await audit.close();
    expect(recordsIn(audit.directory)).toHaveLength(seen.records.length);
  });
}
