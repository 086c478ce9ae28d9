import { defineConfig, type ViteUserConfig } from "vitest/config";

/** The package's own source condition: tests import src/*.ts under the package's public names. */
const conditions = ["@otel-audit/source"];

/**
 * Tests that hold a clock against a receiver or a disk, or start so many processes that they need the machine
 * for themselves.
 */
const ONE_AT_A_TIME = [
  // Who calls a closed action waits 2 s for the disk, and no longer.
  "test/capture/closed-actions.test.ts",
  "test/crash/{kills,millions}.test.ts",
  "test/deliver/{otlp-protocols,retention,ship-thread,shipper}.test.ts",
];

/** Tests that leave nothing behind in their process: it serves the next file, which finds its modules loaded. */
const IN_ONE_PROCESS = [
  "test/{event,format,lib,otel,read,redact,report,vectors}/**/*.test.ts",
  // Two of them change modules of Node.
  "test/seal/!(key-file|salts).test.ts",
  "test/verify/!(browser|fuzz|python-verifier|random-histories).test.ts",
];

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Node strips types in WebAssembly, in every thread that a test starts, and V8 dies of a race when
    // threads that share compiled import wrappers end (github.com/nodejs/node/issues/64500): with this
    // budget it never compiles them. Threads of the built package run no WebAssembly.
    execArgv: ["--wasm-wrapper-tiering-budget=1000000000"],
    globalSetup: ["test/support/global-setup.ts"],
    coverage: { include: ["src/**"] },
    // Against what hangs. Machines that others use as well may stand still for a minute.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "side by side",
          include: ["test/**/*.test.ts"],
          exclude: [...ONE_AT_A_TIME, ...IN_ONE_PROCESS],
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          // By this name they come behind the others, most of which take longer.
          name: "together in one process",
          include: IN_ONE_PROCESS,
          isolate: false,
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "one at a time",
          include: ONE_AT_A_TIME,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

export default config;
