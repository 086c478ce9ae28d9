/**
 * As much of vitest as the tests of sealing and verification ask for: it collects them, so that they can
 * be run again and again in one process. Where it is stricter or laxer than vitest a test fails without
 * any mutant, and is left out.
 */
import { isSame, matchers, thrown } from "./matchers.mjs";

export { vi } from "./fake-time.mjs";

/** Files with their tests and hooks, in the order in which they were begun. */
export const files = [];
let current;
let groups = [];
let cleanups = [];

/** What is collected from now on is of this file. */
export function beginFile(name) {
  groups = [];
  current = { name, tests: [], beforeAll: [], beforeEach: [], afterEach: [] };
  files.push(current);
}

/** Does what tests asked for with `onTestFinished`. */
export async function cleanUp() {
  const all = cleanups.toReversed();
  cleanups = [];
  for (const cleanup of all) await cleanup();
}

export function test(name, run) {
  const id = `${current.name}#${current.tests.length} ${[...groups, name].join(" > ")}`;
  current.tests.push({ id, run, millis: 0 });
}
const argumentsOf = (row) => (Array.isArray(row) ? row : [row]);
test.each = (rows) => (name, run) => {
  for (const row of rows) test(name, () => run(...argumentsOf(row)));
};
test.for = (rows) => (name, run) => {
  for (const row of rows) test(name, () => run(row));
};
export function describe(name, collect) {
  groups.push(name);
  collect();
  groups.pop();
}
describe.each = (rows) => (name, collect) => {
  for (const row of rows) describe(`${name} ${row}`, () => collect(...argumentsOf(row)));
};
export const beforeAll = (hook) => current.beforeAll.push(hook);
export const beforeEach = (hook) => current.beforeEach.push(hook);
export const afterEach = (hook) => current.afterEach.push(hook);
/** Tests run until the process ends, and its directories with it. */
export const afterAll = (hook) => process.once("exit", hook);
export const onTestFinished = (cleanup) => cleanups.push(cleanup);
/** What a snapshot was when no mutant was active. */
const snapshots = new Map();
let snapshot = "";
/** Snapshots are those of this test now. */
export function beginTest(id) {
  snapshot = id;
}
const all = {
  ...matchers,
  toMatchSnapshot(value) {
    if (!snapshots.has(snapshot)) snapshots.set(snapshot, value);
    return snapshots.get(snapshot) === value;
  },
  toThrow(call, expected) {
    try {
      call();
    } catch (error) {
      return thrown(error, expected);
    }
    return false;
  },
};

function expectations(value, isWanted) {
  return Object.fromEntries(
    Object.entries(all).map(([name, matches]) => [
      name,
      (...expected) => {
        if (Boolean(matches(value, ...expected)) !== isWanted) throw new Error(`not ${name}`);
      },
    ]),
  );
}

export function expect(value) {
  const rejects = {
    async toThrow(expected) {
      if (!thrown(await rejection(value), expected)) throw new Error("it rejects otherwise");
    },
    async toMatchObject(expected) {
      expect(await rejection(value)).toMatchObject(expected);
    },
  };
  return { ...expectations(value, true), not: expectations(value, false), rejects };
}
async function rejection(promise) {
  try {
    await (typeof promise === "function" ? promise() : promise);
  } catch (error) {
    return error;
  }
  throw new Error("it does not reject");
}
const KINDS = new Map([
  [String, "string"],
  [Number, "number"],
]);
expect.any = (kind) => ({ isLike: (value) => typeof value === (KINDS.get(kind) ?? "object") });
expect.stringContaining = (part) => ({ isLike: (value) => String(value).includes(part) });
expect.stringMatching = (pattern) => ({ isLike: (value) => pattern.test(String(value)) });
expect.objectContaining = (part) => ({ isLike: (value) => isSame(value, part, true) });
expect.unreachable = (why) => {
  throw new Error(why);
};
