import { defineConfig, type ViteUserConfig } from "vitest/config";

/** The package's own source condition: tests import src/*.ts under the package's public names. */
const conditions = ["@otel-audit/source"];

/** Tests that fill no disks, kill nobody and hold no clock against a receiver: they can share the machine. */
const SIDE_BY_SIDE = [
  // Who calls a closed action waits 2 s for the disk, and no longer.
  "test/capture/**/!(closed-actions).test.ts",
  "test/{cli,collector,event,examples,format,lib,manners,otel,processors,read,record}/**/*.test.ts",
  "test/{redact,report,seal,setup,testing,vectors,verify}/**/*.test.ts",
  "test/story/verify-{audit-logger,collector,copies,cut-segment,losses,rotation,second-wall}.test.ts",
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
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "side by side",
          include: SIDE_BY_SIDE,
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "one at a time",
          include: ["test/**/*.test.ts"],
          exclude: SIDE_BY_SIDE,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

export default config;
