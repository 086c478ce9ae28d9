/** Tests that import vitest get the small one beside this file. */
import { registerHooks } from "node:module";

const small = new URL("small-vitest.mjs", import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "vitest" ? { url: small, shortCircuit: true } : next(specifier, context),
});
