import { defineConfig } from "vitest/config";

/** The package's own source condition: tests import src/*.ts under the package's public names. */
const conditions = ["@otel-audit/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    coverage: { include: ["src/**"] },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
