import type { Audit } from "otel-audit";

/** What the job looks at. */
export interface OldDataset {
  readonly id: string;
  readonly samples: number;
  readonly isOnHold: boolean;
}

const JOB = { id: "nightly-purge", type: "system" } as const;
const WHAT = { scope: "samples", until: "2024-01-01" } as const;

/**
 * A job that no call starts. `retention_purge` is a `closed` action: `around` puts an intent on disk
 * before the function runs, and does not run it when that fails.
 */
export async function purgeOldDatasets(
  audit: Audit,
  datasets: readonly OldDataset[],
): Promise<void> {
  for (const { id, samples, isOnHold } of datasets) {
    const event = {
      action: "retention_purge",
      actor: JOB,
      target: { type: "dataset", id },
    } as const;
    if (isOnHold) {
      await audit.deny({
        ...event,
        details: { ...WHAT, records_affected: 0 },
        error: "legal hold",
      });
      continue;
    }
    await audit.around({ ...event, reason: "older than two years" }, async ({ set }) => {
      const deleted = await deleteSamples(samples);
      set({ details: { ...WHAT, records_affected: deleted } });
    });
  }
}

/** Stands for the storage. */
async function deleteSamples(samples: number): Promise<number> {
  return samples;
}
