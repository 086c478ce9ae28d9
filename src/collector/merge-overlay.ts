/**
 * Our configuration as a guest: for a Collector that has a configuration of its own and stays what it is.
 *
 * In: the text of config.yaml, and a redaction policy. Out: the same pipelines under names, and at
 * ports, that the other configuration does not have. Promise: merged behind the other one it replaces
 * no list and no component of it, so that its data goes where it went.
 */
import { type Document, isMap, isScalar, isSeq, parseDocument, visit } from "yaml";
import { AuditError } from "../lib/errors.ts";
import type { RedactionPolicy } from "../redact/index.ts";
import { missingExtensions } from "./merge-host.ts";
import { BEGIN_MARK, END_MARK, renderConfiguration, type Rendered } from "./render.ts";
import { configOfText, type Located } from "./validate/index.ts";

/** The first line of what {@link renderMergeOverlay} writes: what begins otherwise is somebody else's file. */
export const MERGE_HEAD = "# The audit trail beside what a Collector does already: written by";

const SECTIONS = ["receivers", "processors", "exporters", "extensions", "connectors"];
/** The other Collector's own: how it answers for its health, and where its metrics are. */
const HOSTS_OWN = [
  ["extensions", "health_check"],
  ["service", "telemetry"],
];
/** Listeners beside those that the other configuration is likely to have. */
const PORTS: Readonly<Record<string, string>> = { ":4317}": ":4327}", ":4318}": ":4328}" };

/** A configuration to merge behind another. */
export interface MergeOverlay extends Rendered {
  /** How `service.extensions` of the other has to read: nobody else can add to a list. Undefined: it does. */
  readonly extensions: string | undefined;
}

/** What {@link renderMergeOverlay} takes. */
export interface MergeOptions {
  /** Undefined: the built-in rules alone. */
  readonly policy: RedactionPolicy | undefined;
  /** What errors call our configuration. */
  readonly file: string;
  /** The files of the other configuration, in their order. */
  readonly host: readonly Located[];
}

/**
 * Our configuration under names and ports of its own.
 *
 * @throws {AuditError} `unreadable` where the text is no configuration as ours is, `invalid_option`
 *   where the other one has a name of ours.
 */
export function renderMergeOverlay(
  ours: string,
  { policy, file, host }: MergeOptions,
): MergeOverlay {
  const rendered = renderConfiguration(ours, policy, file);
  const document = parseDocument(rendered.text, { logLevel: "error" });
  for (const path of HOSTS_OWN) document.deleteIn(path);
  rename(document);
  moveListeners(document, file);
  shareMemory(document);
  const extensions = stringsIn(document, ["service", "extensions"]).filter((name) =>
    document.hasIn(["extensions", name]),
  );
  document.deleteIn(["service", "extensions"]);
  document.commentBefore = null;
  // It spoke of what is the host's own.
  const own = document.get("extensions");
  if (isMap(own)) own.commentBefore = null;
  const body = document
    .toString({ lineWidth: 0, flowCollectionPadding: false })
    .replace(/^ *# >>> redaction.*\n/m, (mark) => mark.replace(BEGIN_MARK, "# Redaction."))
    .replace(new RegExp(`^ *${END_MARK}\\n`, "m"), "");
  const text = `${headOf(extensions)}\n${body}`;
  return {
    text,
    differences: rendered.differences,
    extensions: missingExtensions(configOfText(text, "the audit trail"), host, extensions),
  };
}

/** `type/name` is `type/audit_name`, in the place where it is defined and where it is used. */
function rename(document: Document): void {
  const ids = new Map<string, string>();
  for (const [section, of] of [...SECTIONS.map((name) => [name]), ["service", "pipelines"]].map(
    (path) => [path.join("."), document.getIn(path)] as const,
  )) {
    if (!isMap(of)) throw new AuditError("unreadable", `the configuration has no map ${section}`);
    for (const { key } of of.items) {
      if (isScalar(key) && typeof key.value === "string") ids.set(key.value, ownName(key.value));
    }
  }
  const renameIn = (root: unknown): void => {
    if (!isMap(root)) return;
    visit(root, {
      Scalar: (_, node) => {
        if (typeof node.value === "string") node.value = ids.get(node.value) ?? node.value;
      },
    });
  };
  // Inside of processors are patterns and words of records, and no component.
  for (const section of SECTIONS.filter((name) => name !== "processors")) {
    renameIn(document.getIn([section]));
  }
  renameIn(document.getIn(["service"]));
  const processors = document.getIn(["processors"]);
  for (const { key } of isMap(processors) ? processors.items : []) {
    if (isScalar(key) && typeof key.value === "string") key.value = ownName(key.value);
  }
}

function ownName(id: string): string {
  if (id.includes("audit")) return id;
  const [type = id, name] = id.split("/");
  return name === undefined ? `${type}/audit` : `${type}/audit_${name}`;
}

function moveListeners(document: Document, file: string): void {
  for (const protocol of ["grpc", "http"]) {
    const path = ["receivers", "otlp/audit", "protocols", protocol, "endpoint"];
    const endpoint = document.getIn(path);
    const port = Object.keys(PORTS).find((end) => String(endpoint).endsWith(end));
    if (port === undefined) {
      throw new AuditError(
        "unreadable",
        `${file}: ${path.join(".")} is ${String(endpoint)}, which ends in none of ${Object.keys(PORTS).join(" and ")}: ` +
          "give the configuration that otel-audit brings",
      );
    }
    document.setIn(path, String(endpoint).replace(port, PORTS[port] ?? port));
  }
}

/** The limiter measures the whole process: a limit for our pipelines alone would refuse records for the memory of others. */
function shareMemory(document: Document): void {
  const limits = document.createNode({
    check_interval: "1s",
    limit_percentage: 90,
    spike_limit_percentage: 10,
  });
  limits.commentBefore =
    " Of the memory of this machine or container, all pipelines together. Above the difference of the two new\n" +
    " audit records are refused, and their senders keep them. Above your own limiter, so that it gives way first.";
  document.setIn(["processors", "memory_limiter/audit"], limits);
}

function stringsIn(document: Document, path: readonly string[]): readonly string[] {
  const list = document.getIn(path);
  if (!isSeq(list)) return [];
  return list.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : []));
}

function headOf(extensions: readonly string[]): string {
  return `${MERGE_HEAD}
#
#   otel-audit collector render --merge
#
# Every component has a name with audit in it, and listeners of its own: 127.0.0.1:4327 (gRPC) and
# 127.0.0.1:4328 (HTTP), or AUDIT_OTLP_GRPC_ENDPOINT and AUDIT_OTLP_HTTP_ENDPOINT.
# Only one thing cannot be added from here. In YOUR file:
#
#   service:
#     extensions: [<those that you have>, ${extensions.join(", ")}]
#
#   otel-audit collector prepare                                  before each start
#   otelcol-contrib --config yours.yaml --config this-file.yaml
`;
}
