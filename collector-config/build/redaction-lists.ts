#!/usr/bin/env node
/**
 * Writes the rules of the process into config.yaml, so that both mask alike.
 *
 * In: `collectorRedactionRules()`. Out: the lines between the two marks in config.yaml; nothing
 * else is touched. test/collector/config.test.ts goes red until this was run after a change.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  collectorRedactionRules,
  type CollectorRedactionRules,
} from "../../src/redact/collector-rules.ts";

const CONFIG = fileURLToPath(new URL("../config.yaml", import.meta.url));
const FIRST_LINE =
  "    # --- rules of the process: node collector-config/build/redaction-lists.ts\n";
const LAST_LINE = "    # --- end of the rules\n";

const COMMENTS: Readonly<Record<keyof CollectorRedactionRules, string>> = {
  ignored_keys: `    # Exact names that nothing touches: identity, order, time, closed vocabularies. In the body they
    # would count at every depth, so the producer renames body keys that are called like this.
`,
  blocked_key_patterns: `    # Names whose whole value is masked: attribute keys, and in the body the last key at every depth.
`,
  blocked_values: `    # Text that is masked wherever it stands in a value.
`,
};

/** The three lists as lines of config.yaml. The Collector reads `$$` as one dollar. */
export function redactionLines(rules: CollectorRedactionRules): string {
  const list = (key: keyof CollectorRedactionRules): string => {
    const items = rules[key].map((item) => `      - ${scalar(item.replaceAll("$", "$$$$"))}\n`);
    return `${COMMENTS[key]}    ${key}:\n${items.join("")}`;
  };
  return list("ignored_keys") + list("blocked_key_patterns") + list("blocked_values");
}

/** Plain where that is safe, else in single quotes: neither knows an escape, so a pattern reads as it is. */
function scalar(text: string): string {
  return /^[A-Za-z][A-Za-z0-9._]*$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

/** The text of config.yaml with these lines between the marks. @throws when a mark is missing. */
export function withRedactionLines(config: string, lines: string): string {
  const start = config.indexOf(FIRST_LINE);
  const end = config.indexOf(LAST_LINE);
  if (start < 0 || end < start) throw new Error(`${CONFIG}: the marks of the rules are missing`);
  return config.slice(0, start + FIRST_LINE.length) + lines + config.slice(end);
}

if (import.meta.filename === process.argv[1]) {
  const before = readFileSync(CONFIG, "utf8");
  writeFileSync(CONFIG, withRedactionLines(before, redactionLines(collectorRedactionRules())));
}
