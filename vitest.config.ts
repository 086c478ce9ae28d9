import { defineConfig, type ViteUserConfig } from "vitest/config";

/** The package's own source condition: tests import src/*.ts under the package's public names. */
const conditions = ["@otel-audit/source"];

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["test/**/*.test.ts"],
    // Node strips types in WebAssembly, in every thread that a test starts, and V8 dies of a race when
    // threads that share compiled import wrappers end (github.com/nodejs/node/issues/64500): with this
    // budget it never compiles them. Threads of the built package run no WebAssembly.
    execArgv: ["--wasm-wrapper-tiering-budget=1000000000"],
    globalSetup: ["test/support/global-setup.ts"],
    coverage: { include: ["src/**"] },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

export default config;
