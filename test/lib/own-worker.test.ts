import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { startOwnWorker } from "../../src/lib/own-worker.ts";

test("a thread gets nothing of the application's environment but where compiled code is kept", async () => {
  // The tests' global set-up asks for one.
  const cache = getCompileCacheDir() ?? "";
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  startOwnWorker<unknown>({
    callerUrl: new URL("programs/caller.ts", import.meta.url).href,
    module: "tell-environment",
    onMessage: resolve,
    onEnd: (why) => reject(new Error(why)),
  }).ref();
  expect(await promise).toEqual({ env: { NODE_COMPILE_CACHE: dirname(cache) }, cache });
});
