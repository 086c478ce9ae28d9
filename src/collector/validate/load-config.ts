import { isAlias, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { AuditError, messageOf } from "../../lib/errors.ts";
import { readRegularFile } from "../../lib/regular-file.ts";
import type { Entry, Located, Place } from "./located.ts";

/** No configuration is that long, nor made of that many values; what is would only cost time. */
const MAX_CHARACTERS = 8_388_608;
const MAX_VALUES = 500_000;
const MAX_DEPTH = 500;

/**
 * Reads a file of a Collector's configuration.
 *
 * @throws {AuditError} `unreadable`, with the parser's line and column where it is not YAML.
 */
export function loadConfigFile(path: string): Located {
  let text: string;
  try {
    text = readRegularFile(path);
  } catch (error) {
    throw new AuditError(
      "unreadable",
      `cannot read the configuration ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  return configOfText(text, path);
}

/**
 * Reads a text of a Collector's configuration; an empty one is an empty map.
 *
 * @param file what places in it are said to be in.
 * @throws {AuditError} `unreadable`, with the parser's line and column.
 */
export function configOfText(text: string, file: string): Located {
  if (text.length > MAX_CHARACTERS) {
    throw new AuditError("unreadable", `${file}: is longer than ${MAX_CHARACTERS} characters`);
  }
  const lineCounter = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(Math.min(offset, text.length));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  let root: Located;
  try {
    const document = parseDocument(text, { lineCounter, logLevel: "error", stringKeys: false });
    const [broken] = document.errors;
    if (broken !== undefined) {
      // The place stands before it, and the text that the parser shows may be secret.
      const message = broken.message.replace(/ at line \d+, column \d+:[^]*/, "");
      throw new AuditError("unreadable", `${said(place(broken.pos[0]))}: ${message}`);
    }
    root = new Reader(place).read(document.contents, place(0));
  } catch (error) {
    // Nested too deeply for the parser.
    throw error instanceof AuditError
      ? error
      : new AuditError("unreadable", `${file}: ${messageOf(error)}`, { cause: error });
  }
  if (root.kind === "scalar" && root.value === null) {
    return { kind: "map", place: root.place, entries: new Map() };
  }
  if (root.kind !== "map") {
    throw new AuditError(
      "unreadable",
      `${said(root.place)}: a configuration is a map with receivers, exporters and service`,
    );
  }
  return root;
}

function said({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** One document's nodes as located values. */
class Reader {
  readonly #place: (offset: number) => Place;
  /** What aliases stand for so far, and of how many values it is made. */
  readonly #anchors = new Map<string, { readonly value: Located; readonly size: number }>();
  #values = 0;

  constructor(place: (offset: number) => Place) {
    this.#place = place;
  }

  read(node: unknown, fallback: Place, depth = 0): Located {
    const start = isNode(node) ? node.range?.[0] : undefined;
    const place = start === undefined ? fallback : this.#place(start);
    const before = this.#values;
    this.#count(1, place);
    if (depth > MAX_DEPTH)
      throw new AuditError("unreadable", `${said(place)}: is nested too deeply`);
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) {
        throw new AuditError(
          "unreadable",
          `${said(place)}: nothing before it is called ${node.source}`,
        );
      }
      this.#count(target.size, place);
      return target.value;
    }
    const value = this.#valueOf(node, place, depth);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, { value, size: this.#values - before });
    return value;
  }

  #valueOf(node: unknown, place: Place, depth: number): Located {
    if (isMap(node)) {
      return { kind: "map", place, entries: this.#entries(node.items, place, depth) };
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item, place, depth + 1));
      return { kind: "list", place, items };
    }
    const plain = isScalar(node) ? plainValue(node.value) : { value: null, source: "" };
    return { kind: "scalar", place, ...plain };
  }

  /** Each alias counts as what it stands for: whoever goes through all values does so in time. */
  #count(values: number, place: Place): void {
    this.#values += values;
    if (this.#values > MAX_VALUES) {
      throw new AuditError(
        "unreadable",
        `${said(place)}: more than ${MAX_VALUES} values, aliases counted`,
      );
    }
  }

  #entries(items: readonly unknown[], above: Place, depth: number): ReadonlyMap<string, Entry> {
    const entries = new Map<string, Entry>();
    const inherited: Located[] = [];
    for (const item of items) {
      if (!isPair(item)) continue;
      const { key: keyNode, value: valueNode } = item;
      const start = isNode(keyNode) ? keyNode.range?.[0] : undefined;
      const key = start === undefined ? above : this.#place(start);
      const value = this.read(valueNode, key, depth + 1);
      const name = isScalar(keyNode) ? String(keyNode.value) : String(keyNode);
      if (name === "<<") inherited.push(...(value.kind === "list" ? value.items : [value]));
      else entries.set(name, { key, value });
    }
    for (const base of inherited) {
      if (base.kind !== "map") continue;
      for (const [name, entry] of base.entries) {
        if (!entries.has(name)) entries.set(name, entry);
      }
    }
    return entries;
  }
}

function plainValue(value: unknown): {
  readonly value: string | number | boolean | null;
  readonly source: string;
} {
  if (value === null || typeof value === "number" || typeof value === "boolean") {
    return { value, source: String(value) };
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return { value: text, source: text };
}
