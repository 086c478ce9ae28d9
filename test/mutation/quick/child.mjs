/**
 * Loads sources with all their mutants and the tests, and switches the mutants on one after the other.
 *
 * Tells its parent: `ready` (tests that fail without a mutant), then for each mutant `begins`, `tries` for
 * each test, and `ended`.
 */
import fc from "fast-check";
// Those of the process itself, also where a test has put others in their place.
import { clearTimeout, setTimeout } from "node:timers";
import { pathToFileURL } from "node:url";
import { beginFile, beginTest, cleanUp, files } from "./small-vitest.mjs";

/** A test that takes longer than this with a mutant, and longer than that many times its own time, has found it. */
const TEST_LIMIT_MILLIS = 3000;
const TEST_LIMIT_TIMES = 10;
/** Without a mutant, when nobody knows yet how long it takes. */
const FIRST_LIMIT_MILLIS = 60_000;
/** Tests that found the last mutants come first: the next one is a neighbour. */
const MAX_KILLERS = 25;

const { tests, mutants, limitMillis, isTwice } = JSON.parse(process.env.MUTATION_CHILD ?? "{}");
const state = (globalThis.__stryker__ = {});
// Mutants break promises that nobody waits for.
process.on("unhandledRejection", () => {});
// A listener for each file that takes something away at the end.
process.setMaxListeners(0);
fc.configureGlobal({ seed: 20261121, endOnFailure: true });
for (const file of tests) {
  beginFile(file);
  await import(pathToFileURL(file).href);
}

async function passes({ run, id, millis }, { beforeEach, afterEach }) {
  const limit = Promise.withResolvers();
  const timer = setTimeout(
    () => limit.reject(),
    Math.max(millis === 0 ? FIRST_LIMIT_MILLIS : TEST_LIMIT_MILLIS, TEST_LIMIT_TIMES * millis),
  );
  beginTest(id);
  try {
    for (const hook of beforeEach) await hook();
    await Promise.race([run(), limit.promise]);
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    for (const hook of afterEach) await hook();
    await cleanUp();
  }
}

/** Runs everything without a mutant; gives the tests that fail. */
async function runWithout() {
  const failed = [];
  for (const file of files) {
    for (const hook of file.beforeAll) await hook();
    for (const one of file.tests) {
      const start = performance.now();
      state.currentTestId = one.id;
      if (!(await passes(one, file))) failed.push(one.id);
      state.currentTestId = undefined;
      one.millis = performance.now() - start;
    }
  }
  return failed;
}

const unfit = new Set(await runWithout());
// Some tests cannot be run again.
if (isTwice) for (const id of await runWithout()) unfit.add(id);
const { perTest = {}, static: ofModules = {} } = state.mutantCoverage ?? {};
process.send({ kind: "ready", failed: [...unfit] });

let killers = [];
/** Fast ones first, and before them those that found something lately. */
function testsOf(mutant) {
  const covering = files.flatMap((file) =>
    file.tests
      .filter(({ id }) => perTest[id]?.[mutant] !== undefined && !unfit.has(id))
      .map((one) => ({ one, file })),
  );
  const rank = ({ one }) => {
    const at = killers.indexOf(one);
    return at === -1 ? one.millis : at - MAX_KILLERS;
  };
  return covering.toSorted((left, right) => rank(left) - rank(right));
}

/** Whether something stayed behind in the process that makes tests fail. */
let isSpoilt = false;

async function tryMutant(mutant, isFirst) {
  const covering = testsOf(mutant);
  if (covering.length === 0) return ofModules[mutant] === undefined ? "NoCoverage" : "Static";
  const start = performance.now();
  for (const { one, file } of covering) {
    if (performance.now() - start > limitMillis) break;
    process.send({ kind: "tries" });
    // Far more often than without it: a loop that does not end.
    const hitLimit = perTest[one.id][mutant] * 100 + 1000;
    Object.assign(state, { activeMutant: mutant, hitCount: 0, hitLimit });
    const isAlive = await passes(one, file);
    const isEndless = state.hitCount > state.hitLimit;
    state.activeMutant = undefined;
    if (isAlive) continue;
    // This mutant has left something behind, or one before it: the next process begins with it.
    isSpoilt = !(await passes(one, file));
    if (isSpoilt && !isFirst) return "Pending";
    killers = [one, ...killers.filter((other) => other !== one)].slice(0, MAX_KILLERS);
    return isEndless ? "Timeout" : "Killed";
  }
  return "Survived";
}

for (const [at, mutant] of mutants.entries()) {
  process.send({ kind: "begins", mutant });
  process.send({ kind: "ended", mutant, status: await tryMutant(mutant, at === 0) });
  if (isSpoilt) break;
}
process.send({ kind: "all" }, () => process.exit(0));
