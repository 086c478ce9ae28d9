/**
 * Our Collector: the stock components that collector-config/ uses, and one extension of our own.
 *
 * Its sources stand in `collector-config/build` of the repository and of the package.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  BUILD_FLAGS,
  type BuildOptions,
  type BuildPlaces,
  buildGoProgram,
  builtGoProgram,
  type Recipe,
} from "./go-program.ts";

/** Where our configuration and its overlays are, in the repository and in the package. */
export const COLLECTOR_CONFIG: string = fileURLToPath(
  new URL("../../../collector-config", import.meta.url),
);

const BUILD_SOURCES = join(COLLECTOR_CONFIG, "build");

/**
 * Builds our Collector if it is not in the cache yet; gives the path of its binary.
 *
 * @throws {AuditError} `program_failed` as a rejection: no Go, an old one, or a build that fails.
 */
export function buildCollector(options: Omit<BuildOptions, "sources">): Promise<string> {
  return buildGoProgram(recipe(), { ...options, sources: BUILD_SOURCES });
}

/** The path of its binary if these sources were built before, else undefined. Builds nothing. */
export function builtCollector({ cache }: Pick<BuildPlaces, "cache">): string | undefined {
  return builtGoProgram(recipe(), { cache, sources: BUILD_SOURCES });
}

function recipe(): Recipe {
  return {
    name: "collector",
    binary: "otelcol-audit",
    inputs: [
      "manifest.yaml",
      "go.mod",
      "go.sum",
      "builder/go.mod",
      "builder/go.sum",
      "textencoding/go.mod",
      ...goSources("textencoding"),
    ],
    compile: async (run, staging, output) => {
      const builder = join(staging, "collector-builder");
      await run(
        "go",
        ["build", ...BUILD_FLAGS, "-o", builder, "go.opentelemetry.io/collector/cmd/builder"],
        "builder",
      );
      // The builder only writes main.go: its own `go mod tidy` asks for test modules that mirrors may lack.
      await run(builder, ["--config", "manifest.yaml", "--skip-get-modules", "--skip-compilation"]);
      await run("go", ["build", ...BUILD_FLAGS, "-tags=grpcnotrace", "-o", output, "."]);
    },
  };
}

function goSources(directory: string): readonly string[] {
  const files = readdirSync(join(BUILD_SOURCES, directory)).toSorted();
  return files
    .filter((file) => file.endsWith(".go") && !file.endsWith("_test.go"))
    .map((file) => `${directory}/${file}`);
}
