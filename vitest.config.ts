import { defineConfig, type ViteUserConfig } from "vitest/config";

/** The package's own source condition: tests import src/*.ts under the package's public names. */
const conditions = ["@otel-audit/source"];

const config: ViteUserConfig = defineConfig({
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

export default config;
