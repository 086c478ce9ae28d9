/** Who reads and verifies needs nothing of OpenTelemetry, and waits for nothing of it. */
import { expect, test } from "vitest";
import { modulesLoadedBy } from "../support/loaded-modules.ts";

test.each(["otel-audit/verify", "otel-audit/read"])(
  "%s loads none of its packages",
  async (entry) => {
    const loaded = await modulesLoadedBy(entry);
    const packages = loaded.flatMap(
      (url) => /node_modules\/(@opentelemetry\/[^/]+)/.exec(url)?.[1] ?? [],
    );
    expect(loaded.some((url) => url.endsWith("src/format/json-line.ts"))).toBe(true);
    expect(packages).toEqual([]);
  },
);
