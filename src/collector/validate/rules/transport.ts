import type { Collector, Component } from "../model.ts";
import { hitIn, usedComponents } from "../graph.ts";
import type { Hit, Rule } from "../finding.ts";
import { endpointOf, isEverywhere, isLoopback } from "../endpoint.ts";
import {
  booleanOf,
  everyEntry,
  get,
  isAbsent,
  itemsOf,
  knownText,
  type Located,
  writtenText,
} from "../located.ts";

const HEADER = /authorization|token|api[-_]?key|secret|passw|cookie|credential|x-scope-.*key/i;
const FIELD =
  /^(?:password|passwd|api_?key|token|secret|client_secret|secret_(?:access_)?key|access_token|bearer_token|auth_token)$/i;
/** `scheme://user:password@host`. */
const IN_ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s:]*:[^/?#@\s]+@/i;

const PLAIN_SCHEMES = new Set(["http", "tcp", "clickhouse"]);

function* plainExporters(collector: Collector): Generator<Hit> {
  for (const exporter of usedComponents(collector, "exporters")) {
    const { type, config } = exporter;
    const hit = (path: readonly string[], host: string): Hit =>
      hitIn(exporter, path, `records go to ${host} unencrypted`);
    if (type === "kafka") {
      yield* plainBrokers(exporter);
      continue;
    }
    if (type === "awss3" && booleanOf(get(config, "s3uploader", "disable_ssl"), false) === true) {
      const host = endpointOf(get(config, "s3uploader", "endpoint"))?.host ?? "S3";
      if (!isLoopback(host)) yield hit(["s3uploader", "disable_ssl"], host);
    }
    const isInsecure = booleanOf(get(config, "tls", "insecure"), false) === true;
    const places: readonly (readonly [readonly string[], Located | undefined])[] = [
      [["endpoint"], get(config, "endpoint")],
      [["logs_endpoint"], get(config, "logs_endpoint")],
      ...itemsOf(get(config, "endpoints")).map((one) => [["endpoints"], one] as const),
    ];
    for (const [path, node] of places) {
      const endpoint = endpointOf(node);
      if (endpoint === undefined || isLoopback(endpoint.host) || isEverywhere(endpoint)) continue;
      if (isSecureClickhouse(type, node)) continue;
      if (PLAIN_SCHEMES.has(endpoint.scheme)) yield hit(path, endpoint.host);
      else if (isInsecure && endpoint.scheme !== "https")
        yield hit(["tls", "insecure"], endpoint.host);
    }
  }
}

function isSecureClickhouse(type: string, node: Located | undefined): boolean {
  return type === "clickhouse" && /[?&]secure=true\b/.test(knownText(node) ?? "");
}

function* plainBrokers(exporter: Component): Generator<Hit> {
  const { config } = exporter;
  const tls = get(config, "tls") ?? get(config, "auth", "tls");
  const isPlain = isAbsent(tls) || booleanOf(get(tls, "insecure"), false) === true;
  if (!isPlain) return;
  for (const broker of itemsOf(get(config, "brokers"))) {
    const host = endpointOf(broker)?.host;
    if (host === undefined || isLoopback(host)) continue;
    yield hitIn(exporter, ["brokers"], `records go to ${host} unencrypted`);
    return;
  }
}

function* unverified(collector: Collector): Generator<Hit> {
  for (const component of [
    ...usedComponents(collector, "exporters"),
    ...usedComponents(collector, "receivers"),
  ]) {
    for (const { path, entry } of everyEntry(component.config)) {
      if (path.at(-1) === "insecure_skip_verify" && booleanOf(entry.value, false) === true) {
        yield { at: entry.key, component: component.name, message: `${path.join(".")}: true` };
      }
    }
  }
}

function* literals(collector: Collector): Generator<Hit> {
  const ids = new Set(collector.started.map(({ id }) => id));
  const extensions = [...collector.components.extensions.values()].filter(({ id }) => ids.has(id));
  const components = [
    ...usedComponents(collector, "exporters"),
    ...usedComponents(collector, "receivers"),
    ...extensions,
  ];
  for (const component of components) {
    for (const hit of literalsIn(component)) yield hit;
  }
}

function* literalsIn(component: Component): Generator<Hit> {
  for (const { path, entry } of everyEntry(component.config)) {
    const name = path.at(-1) ?? "";
    const above = path.at(-2) ?? "";
    const isHeader = above === "headers" && HEADER.test(name);
    const isAccount = above === "htpasswd" && name === "inline";
    const text = writtenText(entry.value);
    if (text === undefined || text === "") continue;
    // The list form: - { name: authorization, value: … }
    if (name === "value" && above === "headers") continue;
    const isAddress = /endpoint|url|address|dsn/i.test(name) && IN_ADDRESS.test(text);
    if (isHeader || isAccount || FIELD.test(name) || isAddress) {
      yield {
        at: entry.key,
        component: component.name,
        message: `${path.join(".")} stands in the file`,
      };
    }
  }
  for (const header of itemsOf(get(component.config, "headers"))) {
    const name = knownText(get(header, "name")) ?? "";
    const value = get(header, "value");
    if (value !== undefined && HEADER.test(name) && (writtenText(value) ?? "") !== "") {
      yield {
        at: value.place,
        component: component.name,
        message: `header ${name} stands in the file`,
      };
    }
  }
}

/** What others read on the way or in the file. */
export const TRANSPORT_RULES: readonly Rule[] = [
  {
    code: "exporter_plain_text",
    severity: "error",
    why: "who sits on the way reads the records, and may change or swallow them",
    instead: "https:// or tls with ca_file, without insecure",
    find: plainExporters,
  },
  {
    code: "tls_unverified",
    severity: "error",
    why: "any certificate will do: who sits on the way may take the records for itself and answer that they are kept",
    instead: "ca_file of the backend, without insecure_skip_verify",
    find: unverified,
  },
  {
    code: "credential_in_file",
    severity: "error",
    why: "who can read this file, or its history, can write to the backend or read from it",
    instead: "${env:NAME} without a default, or ${file:/path}",
    find: literals,
  },
];
