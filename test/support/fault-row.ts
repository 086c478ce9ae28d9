/** One row of the fault table: a real service, traffic before, during and after, the same checks for all. */
import { createAudit, type AuditHealth } from "otel-audit";
import { expect } from "vitest";
import { createLedger, expectKept, type Ledger } from "./ledger.ts";
import { type OtlpSink, startOtlpSink } from "./otlp-sink.ts";
import { type Service, startService } from "./service.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { foreignViewsIn, readTrail, type Trail, viewsOf } from "./trail.ts";

/** How often each fault comes and goes; the soak run asks for more. */
export const ROUNDS: number = Number(process.env["AUDIT_TEST_FAULT_ROUNDS"] ?? "1");
/** Calls and records of each kind in one piece of traffic. */
const TRAFFIC = 10;
/** gRPC status codes. */
const OK = 0;
const UNAVAILABLE = 14;

/** A service with its ledger, and a receiver that it ships to. */
export interface FaultRow {
  readonly directory: string;
  readonly service: Service;
  readonly ledger: Ledger;
  /** Calls and records, all of which are answered: open calls with OK, closed ones with OK or UNAVAILABLE. */
  readonly traffic: () => Promise<void>;
  /** More traffic until the audit log says that it works again. */
  readonly recovered: () => Promise<AuditHealth>;
  /** Another service in the same directory, whose promises count too. */
  readonly another: (name: string) => Promise<Service>;
  /**
   * Ends the service, starts the next one, and checks the trail.
   *
   * @param options.isTold whether gap records must tell of all that was lost. Default true.
   * @param options.afterEnd called between the two.
   * @param options.aside names of views that were set aside: what stood where a view was to be
   * written is kept. Default none.
   */
  readonly finish: (options?: FinishOptions) => Promise<FinishedRow>;
}

/** What is different about the end of a row. */
interface FinishOptions {
  readonly isTold?: boolean;
  readonly afterEnd?: () => void;
  readonly aside?: readonly string[];
}

/** What is left of a row. */
export interface FinishedRow {
  readonly trail: Trail;
  /** The last that the service said of itself; undefined where it had ended before. */
  readonly health: AuditHealth | undefined;
}

/** How to start a row. */
export interface FaultRowOptions {
  readonly directory?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

/** Starts a service with a receiver, and shows that it works. */
export async function startFaultRow(options: FaultRowOptions = {}): Promise<FaultRow> {
  const { directory = temporaryDirectory(), env, nodeArgs } = options;
  const ledger = createLedger();
  const sink = await startOtlpSink();
  const begin = (name: string): Promise<Service> =>
    startService({
      name,
      directory,
      ledger,
      endpoint: sink.url,
      env: { SERVICE_ENDING: "close", ...env },
      nodeArgs: nodeArgs ?? [],
    });
  const service = await begin("first");
  const row: FaultRow = {
    directory,
    service,
    ledger,
    traffic: () => trafficTo(service),
    async recovered() {
      for (;;) {
        await trafficTo(service);
        const health = await service.health();
        if (health.state !== "red") return health;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    another: begin,
    finish: (how = {}) => finish(row, sink, how),
  };
  await row.traffic();
  return row;
}

async function trafficTo(service: Service): Promise<void> {
  const notes = Array.from({ length: TRAFFIC }, () => service.call("Note"));
  const grants = Array.from({ length: TRAFFIC }, () => service.call("Grant"));
  await service.ask("record", TRAFFIC);
  expect(new Set(await Promise.all(notes))).toEqual(new Set([OK]));
  for (const code of await Promise.all(grants)) expect([OK, UNAVAILABLE]).toContain(code);
}

async function finish(
  { directory, service, ledger }: FaultRow,
  sink: OtlpSink,
  { isTold = true, afterEnd, aside = [] }: FinishOptions,
): Promise<FinishedRow> {
  const health = await service.health().catch(() => undefined);
  await service.end("SIGTERM");
  afterEnd?.();
  const next = await createAudit({ directory, endpoint: sink.url });
  await next.flush();
  const trail = await readTrail(directory);
  await sink.until(() => {
    const taken = new Set(sink.taken());
    return trail.ids.every((id) => taken.has(id));
  });
  await next.close();
  expectKept(trail, ledger, { counted: health?.lost ?? 0, isTold });
  const ids = trail.results.map(({ id }) => id).toSorted();
  const views = viewsOf(directory);
  expect(views.csv).toEqual(ids);
  expect(views.json).toEqual(ids);
  expect(foreignViewsIn(directory).toSorted()).toEqual(aside);
  return { trail, health };
}

/** Says loudly what was not tested, and skips. */
export function skipLoudly(context: { readonly skip: () => void }, what: string): void {
  console.warn(`fault table, ${what}: SKIPPED, NOT TESTED: it needs root on Linux`);
  context.skip();
}
