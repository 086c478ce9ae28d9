import { createViewKeeper } from "../../src/deliver/index.ts";

/** The files that spreadsheets and people open. */
export const VIEWS = ["audit_log.csv", "audit_log.json"] as const;

/** A process that ends by itself waits 2 s for its views: where the machine stood still, it is tried again. */
export const VIEWS_IN_TIME = { retry: 3 } as const;

/** Does what the next start does, where a machine that stood still left something out of the views. */
export function catchUpViews(directory: string): void {
  const report = (line: string): never => {
    throw new Error(line);
  };
  createViewKeeper({ directory, format: "both", report }).close();
}
