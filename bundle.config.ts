/**
 * Writes the command line as few files, behind what `tsc` writes: what a command loads costs it more than what
 * it does, and Node takes as long to find a module of ten lines as one of a thousand. The rooms that other
 * programs import stay as they are.
 */
import { join, relative, sep } from "node:path";
import { build } from "rolldown";

const SOURCES = join(import.meta.dirname, "src");
const BUILT = join(import.meta.dirname, "dist");
/** As deep below `dist` as the sources of the command are below `src`. */
const OUTPUT = join(BUILT, "cli");

await build({
  input: { main: join(SOURCES, "cli/main.ts") },
  platform: "node",
  external: (id) => !id.startsWith(".") && !id.startsWith(SOURCES),
  // Whoever imported a module wants what it does when it is loaded.
  treeshake: false,
  onLog(level, { message }) {
    if (level === "warn") throw new Error(message);
  },
  plugins: [
    {
      name: "own addresses",
      transform(code, id) {
        // Threads, the version and our configuration are found beside the module that asks for them.
        const built = join(BUILT, relative(SOURCES, id)).replace(/\.ts$/, ".js");
        const path = relative(OUTPUT, built).replaceAll(sep, "/");
        const address = `new URL(${JSON.stringify(path)}, import.meta.url).href`;
        return { code: code.replaceAll("import.meta.url", address), map: null };
      },
    },
  ],
  output: {
    dir: OUTPUT,
    chunkFileNames: "[name].js",
    sourcemap: true,
    sourcemapExcludeSources: true,
  },
});
