/**
 * Stryker's mutants of sources, switched on one after the other in one process: minutes where Stryker
 * itself takes hours. What is done when a module is loaded cannot be switched, and is counted apart.
 *
 *     npm run mutate:quick -- [--tests <glob> …] [--after <report>] [--seconds <number>] <sources of one room, as in src/verify/coverage.ts> …
 *
 * Prints scores and survivors; `.cache/mutation/quick-<time>.json` has them in Stryker's form. Ends with 1
 * below 85 %. What tests of so many seconds do not find counts as a survivor; default: 600. SIGTERM ends it early: what was not tried then is pending in the report.
 */
import { fork } from "node:child_process";
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { TESTS } from "./tests.mjs";

const ROOT = join(import.meta.dirname, "../../..");
const LEAST_PERCENT = 85;
/** A test that says nothing for so long has stopped its process. */
const SILENCE_LIMIT_MILLIS = 45_000;
/** Everything is loaded, and tried without a mutant. */
const LOADING_LIMIT_MILLIS = 600_000;

const { positionals: sources, values } = parseArgs({
  allowPositionals: true,
  options: {
    after: { type: "string" },
    seconds: { type: "string", default: "600" },
    tests: { type: "string", multiple: true, default: [] },
  },
});
const folder = mkdtempSync(join(tmpdir(), "otel-audit-mutants-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const tests = values.tests.length > 0 ? values.tests : TESTS[sources[0]?.split("/")[1] ?? ""];
if (tests === undefined) throw new Error("name sources below src/seal or src/verify");

let isStopped = false;
/** Tests that fail without any mutant. */
const unfit = new Set();
const known = values.after ? JSON.parse(readFileSync(values.after, "utf8")).files : {};

/** As they are now: whoever works on them meanwhile changes nothing of what is said. */
const texts = new Map(sources.map((name) => [name, readFileSync(join(ROOT, name), "utf8")]));

/** A copy of the project in which every mutant is asleep. */
async function instrumented() {
  for (const name of ["src", "test", "docs", "package.json"])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const silent = new Proxy({}, { get: () => () => false });
  const injector = { provideValue: () => injector, injectClass: (Class) => new Class(silent) };
  const stryker = createRequire(createRequire(import.meta.url).resolve("@stryker-mutator/core"));
  const { href } = pathToFileURL(stryker.resolve("@stryker-mutator/instrumenter"));
  const { createInstrumenter } = await import(href);
  const files = sources.map((name) => ({
    name,
    content: texts.get(name),
    mutate: true,
  }));
  const options = { plugins: null, excludedMutations: [], ignorers: [] };
  const result = await createInstrumenter(injector).instrument(files, options);
  for (const { name, content } of result.files) writeFileSync(join(folder, name), content);
  return result.mutants.map((mutant) => ({ ...mutant, status: knownOf(mutant) }));
}

/** What the last report says of a mutant, where its source is still the same; survivors are tried again. */
function knownOf({ fileName, location, replacement }) {
  const { source, mutants: all = [] } = known[fileName] ?? {};
  if (source !== texts.get(fileName)) return "Pending";
  const place = JSON.stringify([location, replacement]);
  const same = all.find((one) => JSON.stringify([one.location, one.replacement]) === place);
  return ["Killed", "Timeout", "Static"].includes(same?.status) ? same.status : "Pending";
}

/** Tries what is pending; ends early where a mutant stops the process, or leaves something behind in it. */
function tryIn(pending, byId, isTwice) {
  const names = tests.flatMap((glob) => globSync(glob, { cwd: folder }));
  const given = {
    tests: names.map((name) => join(folder, name)),
    mutants: pending.map(({ id }) => id),
    limitMillis: Number(values.seconds) * 1000,
    isTwice,
  };
  const child = fork(join(import.meta.dirname, "child.mjs"), [], {
    cwd: folder,
    execArgv: ["-C", "@otel-audit/source", "--import", join(import.meta.dirname, "redirect.mjs")],
    env: {
      ...process.env,
      AUDIT_TEST_TRAILS: join(folder, "trails"),
      MUTATION_CHILD: JSON.stringify(given),
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  let current;
  let isEnded = false;
  let timer;
  const wait = (millis = SILENCE_LIMIT_MILLIS) => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill("SIGKILL"), millis);
  };
  wait(LOADING_LIMIT_MILLIS);
  child.on("message", ({ kind, mutant, status, failed }) => {
    wait();
    if (kind === "ready")
      for (const name of failed.filter((one) => !unfit.has(one))) {
        unfit.add(name);
        console.log("fails without a mutant:", name);
      }
    if (kind === "begins") current = byId.get(mutant);
    isEnded = kind === "ended" || kind === "all";
    if (kind === "ended") tell(Object.assign(byId.get(mutant), { status }), byId.size);
  });
  const { promise, resolve, reject } = Promise.withResolvers();
  const stop = () => {
    isStopped = true;
    child.kill("SIGKILL");
  };
  process.once("SIGTERM", stop);
  child.on("exit", () => {
    clearTimeout(timer);
    process.off("SIGTERM", stop);
    if (current === undefined && !isStopped) reject(new Error("the tests cannot be loaded"));
    if (current?.status === "Pending" && !isStopped && !isEnded) current.status = "Timeout";
    resolve();
  });
  return promise;
}

/** A survivor, in one line; and now and then how many there are. */
function tell({ id, fileName, location, mutatorName, replacement, status }, count) {
  if (Number(id) % 100 === 99) console.error(`${id} of ${count}`);
  if (status !== "Survived" && status !== "NoCoverage") return;
  const { start, end } = location;
  const line = texts.get(fileName).split("\n")[start.line] ?? "";
  const text = line.slice(start.column, end.line === start.line ? end.column : undefined);
  const other = replacement.replaceAll(/\s+/g, " ");
  const place = `${fileName}:${start.line + 1}:${start.column + 1}`;
  console.log(`${place} ${status} ${mutatorName} ${text} => ${other}`);
}

const mutants = await instrumented();
const byId = new Map(mutants.map((mutant) => [mutant.id, mutant]));
for (
  let left = mutants.filter(({ status }) => status === "Pending");
  left.length > 0 && !isStopped;
  left = mutants.filter(({ status }) => status === "Pending")
)
  await tryIn(left, byId, left.length < mutants.length);

const total = { tried: 0, killed: 0 };
const report = {};
for (const name of sources) {
  const own = mutants.filter(({ fileName }) => fileName === name);
  report[name] = { language: "typescript", source: texts.get(name), mutants: own };
  const tried = own.filter(({ status }) => status !== "Static" && status !== "Pending");
  const alive = tried.filter(({ status }) => status === "Survived" || status === "NoCoverage");
  const killed = tried.length - alive.length;
  total.tried += tried.length;
  total.killed += killed;
  const percent = tried.length === 0 ? "–" : ((100 * killed) / tried.length).toFixed(1);
  const ofModules = own.filter(({ status }) => status === "Static").length;
  console.log(`${percent}  ${name}: ${killed} of ${tried.length}, ${ofModules} of modules`);
}
const percent = (100 * total.killed) / total.tried;
console.log(`${percent.toFixed(1)}  all: ${total.killed} of ${total.tried}`);
const out = join(ROOT, ".cache/mutation");
mkdirSync(out, { recursive: true });
const stamp = new Date().toISOString().replaceAll(/\D/g, "").slice(0, 14);
writeFileSync(
  join(out, `quick-${stamp}.json`),
  JSON.stringify({
    schemaVersion: "1",
    thresholds: { high: 90, low: LEAST_PERCENT },
    files: report,
  }),
);
process.exitCode = percent < LEAST_PERCENT ? 1 : 0;
