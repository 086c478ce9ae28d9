/**
 * The methods of .proto files, and what their messages hold.
 *
 * Read with protobufjs, which `@grpc/proto-loader` reads with too: an optional package, because no
 * service needs it at run time.
 */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type * as Protobuf from "protobufjs";
import type { MessagePath, PathSegment } from "../capture/index.ts";
import { AuditError, messageOf, systemCodeOf } from "../lib/errors.ts";
import { nearest } from "../lib/nearest.ts";

/** A method that a .proto file declares. */
export interface ProtoMethod {
  /** `package.Service/Method`. */
  readonly name: string;
  /** What is wrong with a path into its messages, in words; undefined where it leads somewhere. */
  readonly problemOf: (path: MessagePath) => string | undefined;
  /** Names of the values at a path, where an enum stands there. */
  readonly enumAt: (path: MessagePath) => readonly string[] | undefined;
  /** Whether a message tells that the field at a path was sent empty; undefined where that is not known. */
  readonly hasPresence: (path: MessagePath) => boolean | undefined;
}

/**
 * Reads all methods of some .proto files.
 *
 * @param includes directories that imports are looked for in, beside that of the importing file.
 * @throws {AuditError} `unreadable` for a file that is not there or is no .proto file, and
 * `invalid_option` where protobufjs is not installed.
 */
export async function readProtoMethods(
  files: readonly string[],
  includes: readonly string[],
): Promise<readonly ProtoMethod[]> {
  const protobuf = await loadLibrary();
  const root = new protobuf.Root();
  root.resolvePath = (origin, target) => {
    if (isAbsolute(target)) return target;
    const candidates = [origin === "" ? "." : dirname(origin), ...includes].map((directory) =>
      join(directory, target),
    );
    return candidates.find((path) => existsSync(path)) ?? target;
  };
  try {
    root.loadSync(
      files.map((file) => resolve(file)),
      { keepCase: true },
    );
    root.resolveAll();
  } catch (error) {
    throw new AuditError("unreadable", `cannot read the .proto files: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  return servicesOf(root, protobuf).flatMap((service) =>
    service.methodsArray.map((method) => methodOf(service, method, protobuf)),
  );
}

type Library = typeof Protobuf.default;

async function loadLibrary(): Promise<Library> {
  try {
    return (await import("protobufjs")).default;
  } catch (error) {
    throw new AuditError(
      "invalid_option",
      "--proto needs the package protobufjs, which is not installed: npm install --save-dev protobufjs",
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  const message = messageOf(error).split("\n")[0] ?? "";
  const isMissing = systemCodeOf(error) === "ENOENT";
  return isMissing ? `${message}; name its directory with --include` : message;
}

function servicesOf(space: Protobuf.NamespaceBase, protobuf: Library): Protobuf.Service[] {
  return space.nestedArray.flatMap((item) => {
    if (item instanceof protobuf.Service) return [item];
    return item instanceof protobuf.Namespace ? servicesOf(item, protobuf) : [];
  });
}

function methodOf(
  service: Protobuf.Service,
  method: Protobuf.Method,
  protobuf: Library,
): ProtoMethod {
  const walk = ({ root, segments }: MessagePath): Walk => {
    const type = root === "request" ? method.resolvedRequestType : method.resolvedResponseType;
    let at: Walk = { kind: "message", type: type ?? undefined, name: root };
    for (const segment of segments) {
      if (at.kind === "problem") return at;
      at = step(at, segment, protobuf);
    }
    return at;
  };
  return {
    name: `${service.fullName.slice(1)}/${method.name}`,
    problemOf(path) {
      const end = walk(path);
      return end.kind === "problem" ? end.text : undefined;
    },
    enumAt(path) {
      const end = walk(path);
      return end.kind === "field" && end.field.resolvedType instanceof protobuf.Enum
        ? Object.keys(end.field.resolvedType.values)
        : undefined;
    },
    hasPresence(path) {
      const end = walk(path);
      if (end.kind !== "field" || end.isItem) return undefined;
      const { field } = end;
      if (field.repeated || field.map) return false;
      return field.resolvedType instanceof protobuf.Type || field.hasPresence;
    },
  };
}

/** Where a path has led so far. */
type Walk =
  | { readonly kind: "message"; readonly type: Protobuf.Type | undefined; readonly name: string }
  /** A field before an index or key was taken; `isItem`: after that. */
  | { readonly kind: "field"; readonly field: Protobuf.Field; readonly isItem: boolean }
  | { readonly kind: "anything" }
  | { readonly kind: "problem"; readonly text: string };

/** Types whose content libraries show in their own way. */
const OPAQUE = new Set(
  ["Any", "Struct", "Value", "ListValue"].map((name) => `.google.protobuf.${name}`),
);

function step(at: Walk, segment: PathSegment, protobuf: Library): Walk {
  if (at.kind === "anything" || at.kind === "problem") return at;
  if (at.kind === "message") return stepIntoMessage(at.type, at.name, segment);
  const { field, isItem } = at;
  if (!isItem && field instanceof protobuf.MapField) return { kind: "field", field, isItem: true };
  if (!isItem && field.repeated && segment.index !== undefined) {
    return { kind: "field", field, isItem: true };
  }
  if (field.resolvedType instanceof protobuf.Type) {
    return stepIntoMessage(field.resolvedType, field.name, segment);
  }
  return {
    kind: "problem",
    text: `${field.name} is of type ${field.type} and has no field ${segment.name}`,
  };
}

function stepIntoMessage(
  type: Protobuf.Type | undefined,
  name: string,
  segment: PathSegment,
): Walk {
  if (type === undefined || OPAQUE.has(type.fullName)) return { kind: "anything" };
  const wanted = [segment.name, segment.alias];
  const field = type.fieldsArray.find(
    (candidate) => wanted.includes(candidate.name) || wanted.includes(camelCase(candidate.name)),
  );
  if (field !== undefined) return { kind: "field", field, isItem: false };
  // proto-loader can say which field of a oneof was sent.
  if (type.oneofsArray.some((oneof) => wanted.includes(oneof.name))) return { kind: "anything" };
  const names = type.fieldsArray.map((candidate) => candidate.name);
  const guess = nearest(segment.name, names);
  const help =
    guess === undefined ? `it has ${names.join(", ") || "no fields"}` : `did you mean ${guess}?`;
  return {
    kind: "problem",
    text: `${name} is a ${type.fullName.slice(1)} and has no field ${segment.name}; ${help}`,
  };
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
