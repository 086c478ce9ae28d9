import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type Reporter, type TestSpecification } from "vitest/node";

const conditions = ["@otel-audit/source"];
/** Trails that test files share, in one run and no longer. */
const trails = mkdtempSync(join(tmpdir(), "otel-audit-trails-"));
process.on("exit", () => rmSync(trails, { recursive: true, force: true }));

/** `seal` or `verify`: only the tests of that room; default: both. */
const room = process.env["AUDIT_TEST_ROOM"] ?? "{seal,verify}";
/** Test files that can kill nothing in the sources that are mutated; with commas between. */
const skipped = process.env["AUDIT_TEST_SKIP"]?.split(",") ?? [];
/** What takes longest comes last: most mutants are dead by then. */
const LAST = ["/attacks/", "same-leaf", "leaf-queue", "sealer-signers", "purged-", "growing-"];
/** Modules in which a test failed, the last one first: the next mutant is a neighbour. */
let killers: readonly string[] = [];
const watcher: Reporter = {
  onTestModuleEnd(module) {
    const { moduleId } = module;
    if (!module.ok())
      killers = [moduleId, ...killers.filter((one) => one !== moduleId)].slice(0, 4);
  },
};
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = killers.indexOf(moduleId);
      return at === -1
        ? LAST.findIndex((part) => moduleId.includes(part))
        : at - killers.length - 1;
    };
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

/**
 * The tests of sealing and verification that start no other process: mutants live in this one. The
 * fuzzers are not among them: whether a mutant dies may not depend on a seed. Nor are hostile files, which
 * are about time and memory.
 */
const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [`test/${room}/**/*.test.ts`],
    exclude: [
      "test/seal/key-file.test.ts",
      "test/seal/make-key-file.test.ts",
      "test/seal/format-document.test.ts",
      "test/verify/attacks/command.test.ts",
      "test/verify/attacks/hostile.test.ts",
      "test/verify/browser.test.ts",
      "test/verify/fuzz.test.ts",
      "test/verify/python-verifier.test.ts",
      ...skipped,
    ],
    // Each mutant has its own thread; within it the sources are loaded once for all files.
    isolate: false,
    reporters: [watcher],
    setupFiles: ["test/mutation/seed.ts"],
    sequence: { sequencer: QuickFirst },
    env: { AUDIT_TEST_TRAILS: trails },
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});

export default config;
