import { defineConfig, type ViteUserConfig } from "vitest/config";

const conditions = ["@otel-audit/source"];

/** The tests of sealing and verification that start no other process: mutants live in this one. */
const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["test/seal/**/*.test.ts", "test/verify/*.test.ts", "test/mutation/**/*.test.ts"],
    exclude: [
      "test/seal/key-file.test.ts",
      "test/seal/make-key-file.test.ts",
      "test/seal/format-document.test.ts",
      "test/verify/browser.test.ts",
      "test/verify/python-verifier.test.ts",
    ],
    testTimeout: 20_000,
  },
});

export default config;
