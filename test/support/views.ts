import { expect } from "vitest";
import { createViewKeeper } from "../../src/deliver/index.ts";

/** The files that spreadsheets and people open. */
export const VIEWS = ["audit_log.csv", "audit_log.json"] as const;

/** A process that ends by itself waits 2 s for its views: where the machine stood still, it is tried again. */
export const VIEWS_IN_TIME = { retry: 3 } as const;

/** Brings the views up to date, as the next start does, and expects that nothing is to be said of it. */
export function catchUpViews(directory: string): void {
  const said: string[] = [];
  createViewKeeper({ directory, format: "both", report: (line) => said.push(line) }).close();
  expect(said).toEqual([]);
}
