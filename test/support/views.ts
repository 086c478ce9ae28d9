import { createViewKeeper } from "../../src/deliver/index.ts";

/**
 * Does what the next start does. A process that ends by itself waits 2 s for its views: on a machine that
 * stands still they may lack something then.
 */
export function catchUpViews(directory: string): void {
  createViewKeeper({ directory, format: "both", report: () => {} }).close();
}
