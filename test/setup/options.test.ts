import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AuditError, type AuditOptions } from "otel-audit";
import {
  isSdkWanted,
  resolveOptions,
  revisionOfEnvironment,
  spanExporters,
} from "../../src/setup/options.ts";
import { checkGrpcPackages } from "../../src/setup/shipping-files.ts";
import { plainTextWarning } from "../../src/setup/shipping-options.ts";

type Env = Readonly<Record<string, string>>;

test("with nothing said", () => {
  expect(resolveOptions({}, {})).toEqual({
    directory: undefined,
    format: "both",
    policy: "audit.yaml",
    isPolicyNamed: false,
    redaction: { policy: "redaction.yaml", isPolicyNamed: false, keyFile: undefined },
    shipping: undefined,
    memoryBytes: undefined,
    actions: [],
    actor: undefined,
    service: undefined,
    journal: {
      maxSegmentBytes: 64 * 1024 * 1024,
      maxSegmentAgeMillis: 24 * 60 * 60 * 1000,
      reserveBytes: undefined,
      retainMillis: Infinity,
      maxBytes: Infinity,
      isNetworkAllowed: false,
    },
    seal: {
      key: {
        path: join(homedir(), ".local/state/otel-audit/signing-key.pem"),
        isNamed: false,
      },
      signer: undefined,
      heartbeatMillis: undefined,
    },
  });
});

test("a parameter wins over its variable, a variable over the default, an empty one is unset", () => {
  const env: Env = {
    AUDIT_LOG_DIR: "env",
    AUDIT_LOG_FORMAT: "csv",
    AUDIT_POLICY_FILE: "env.yaml",
    AUDIT_OTLP_ENDPOINT: "http://env:1",
    AUDIT_OTLP_HEADERS: "a=env",
    AUDIT_OTLP_PROTOCOL: "http/protobuf",
    OTEL_SERVICE_NAME: "env-service",
  };
  expect(resolveOptions({}, env)).toMatchObject({
    directory: join(process.cwd(), "env"),
    format: "csv",
    policy: "env.yaml",
    isPolicyNamed: true,
    shipping: { url: "http://env:1/v1/logs", headers: { a: "env" }, protocol: "http/protobuf" },
    service: "env-service",
  });
  const own: AuditOptions = {
    directory: "/own",
    format: "json",
    policy: { version: 1 },
    endpoint: "https://own:2/base/",
    headers: { b: "own" },
    protocol: "http/json",
    service: "own-service",
  };
  expect(resolveOptions(own, env)).toMatchObject({
    directory: "/own",
    format: "json",
    policy: { version: 1 },
    service: "own-service",
    shipping: {
      url: "https://own:2/base/v1/logs",
      headers: { b: "own" },
      protocol: "http/json",
    },
  });
  const empty = Object.fromEntries(Object.keys(env).map((name) => [name, ""]));
  expect(resolveOptions({}, empty)).toEqual(resolveOptions({}, {}));
});

describe("shipping", () => {
  const defaults = { compression: "none", timeoutMillis: 10_000 } as const;
  const otel: Env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel:4318",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=secret",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  };

  test("the standard variables alone send nothing", () =>
    expect(resolveOptions({}, otel).shipping).toBeUndefined());

  test("their headers never go to another endpoint", () => {
    for (const [options, env] of [
      [{}, { ...otel, AUDIT_OTLP_ENDPOINT: "http://audit:1" }],
      [{}, { ...otel, AUDIT_SHIP: "otel", AUDIT_OTLP_ENDPOINT: "http://audit:1" }],
      [{ endpoint: "http://audit:1" }, { ...otel, AUDIT_SHIP: "otel" }],
    ] as const) {
      expect(resolveOptions(options, env).shipping).toEqual({
        url: "http://audit:1/v1/logs",
        headers: {},
        protocol: "http/json",
        ...defaults,
      });
    }
  });

  test("credentials of the environment never go to an endpoint that the code names", () => {
    const env: Env = {
      AUDIT_OTLP_ENDPOINT: "https://b:1",
      AUDIT_OTLP_HEADERS: "authorization=secret",
      AUDIT_OTLP_CERTIFICATE: "/nowhere.pem",
      AUDIT_OTLP_CLIENT_CERTIFICATE: "/nowhere.pem",
      AUDIT_OTLP_CLIENT_KEY: "/nowhere.pem",
    };
    expect(resolveOptions({ endpoint: "https://a:1" }, env).shipping).toEqual({
      url: "https://a:1/v1/logs",
      headers: {},
      protocol: "http/json",
      ...defaults,
    });
  });

  test("credentials of the other signals never go to another receiver of logs", () => {
    const env: Env = {
      AUDIT_SHIP: "otel",
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://otel:4318",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=secret",
      OTEL_EXPORTER_OTLP_CERTIFICATE: "/nowhere.pem",
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "https://logs:1/custom",
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: "x=1",
    };
    expect(resolveOptions({}, env).shipping?.headers).toEqual({ x: "1" });
    const same = { ...env, OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "https://otel:4318/logs" };
    expect(() => resolveOptions({}, same)).toThrow(/nowhere\.pem/);
  });

  test.each<[name: string, env: Env, shipping: object]>([
    [
      "the standard variables",
      otel,
      {
        url: "http://otel:4318/v1/logs",
        headers: { authorization: "secret" },
        protocol: "http/json",
      },
    ],
    [
      "nothing",
      {},
      { url: "http://localhost:4318/v1/logs", headers: {}, protocol: "http/protobuf" },
    ],
    [
      "those of logs, whose URL is taken as it is",
      {
        ...otel,
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://logs:1/custom",
        OTEL_EXPORTER_OTLP_LOGS_HEADERS: "authorization=logs,x=1",
        OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/protobuf",
      },
      {
        url: "http://logs:1/custom",
        headers: { authorization: "logs", x: "1" },
        protocol: "http/protobuf",
      },
    ],
    [
      "gRPC, compression and time limit",
      {
        ...otel,
        OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "grpc",
        OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
        OTEL_EXPORTER_OTLP_TIMEOUT: "5000",
        OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: "7000",
        // For other signals, perhaps: an http:// URL has none.
        OTEL_EXPORTER_OTLP_CERTIFICATE: "/nowhere.pem",
      },
      {
        url: "http://otel:4318/",
        headers: { authorization: "secret" },
        protocol: "grpc",
        compression: "gzip",
        timeoutMillis: 7000,
      },
    ],
  ])("AUDIT_SHIP=otel takes %s", (_name, env, shipping) =>
    expect(resolveOptions({}, { ...env, AUDIT_SHIP: "otel" }).shipping).toEqual({
      ...defaults,
      ...shipping,
    }),
  );

  test.each<[endpoint: string, url: string]>([
    ["http://h:1", "http://h:1/v1/logs"],
    ["http://h:1///", "http://h:1/v1/logs"],
    ["http://h:1/base", "http://h:1/base/v1/logs"],
    ["https://h/base/?tenant=a", "https://h/base/v1/logs?tenant=a"],
  ])("the endpoint %s is sent to at %s", (endpoint, url) =>
    expect(resolveOptions({ endpoint }, {}).shipping?.url).toBe(url),
  );

  test.each<[env: Env, url: string]>([
    [{}, "https://otel:4317/"],
    [{ OTEL_EXPORTER_OTLP_INSECURE: "true" }, "http://otel:4317/"],
    [
      { OTEL_EXPORTER_OTLP_INSECURE: "true", OTEL_EXPORTER_OTLP_LOGS_INSECURE: "false" },
      "https://otel:4317/",
    ],
    [
      { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "[::1]:4317", OTEL_EXPORTER_OTLP_LOGS_HEADERS: "a=1" },
      "https://[::1]:4317/",
    ],
    [
      { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "otel:4317", OTEL_EXPORTER_OTLP_ENDPOINT: "otel:4317" },
      "https://otel:4317/",
    ],
  ])("a gRPC endpoint of the standard variables may have no scheme: %j", (more, url) =>
    expect(
      resolveOptions(
        {},
        {
          AUDIT_SHIP: "otel",
          OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
          OTEL_EXPORTER_OTLP_ENDPOINT: "otel:4317",
          OTEL_EXPORTER_OTLP_HEADERS: "a=1",
          ...more,
        },
      ).shipping,
    ).toEqual({ url, headers: { a: "1" }, protocol: "grpc", ...defaults }),
  );

  test.each<[text: string, headers: object]>([
    ["a=1", { a: "1" }],
    ["a=1,b=2", { a: "1", b: "2" }],
    [" a = 1 , b = x y ", { a: "1", b: "x y" }],
    ["authorization=Basic%20dTpw", { authorization: "Basic dTpw" }],
    ["a=b=c==", { a: "b=c==" }],
    ["a=100%", { a: "100%" }],
    ["a=", { a: "" }],
    ["a=1,", { a: "1" }],
    [", a=1 ,, b=2 , ", { a: "1", b: "2" }],
    ["a=Z%C3%BC", { a: "Zü" }],
  ])("headers %j", (text, headers) =>
    expect(
      resolveOptions({}, { AUDIT_OTLP_ENDPOINT: "http://h:1", AUDIT_OTLP_HEADERS: text }).shipping
        ?.headers,
    ).toEqual(headers),
  );
});

test.each<[options: object, env: Env, message: RegExp]>([
  [{ directry: "x" }, {}, /^createAudit: Unrecognized key: "directry"$/],
  [{ directory: "" }, {}, /^createAudit: directory /],
  [{ format: "xml" }, {}, /^createAudit: format .*"json"\|"csv"\|"both"\|"journal"\|"none"/],
  [{ policy: 7 }, {}, /^createAudit: policy /],
  [{ actor: "ann" }, {}, /^createAudit: actor must be a function$/],
  [{ actions: ["pause"] }, {}, /^createAudit: actions\.0 /],
  [{ headers: { a: 1 } }, {}, /^createAudit: headers\.a /],
  [{ protocol: "udp" }, {}, /^createAudit: protocol /],
  [{ protocol: "grpc" }, {}, /^createAudit: protocol mean nothing without an endpoint/],
  [{ memoryBytes: 1 }, {}, /^createAudit: memoryBytes /],
  [
    { endpoint: "http://h:1", timeoutMillis: 0.5 },
    {},
    /^timeoutMillis must be whole milliseconds from 1 to 86400000; it is 0.5$/,
  ],
  [
    { endpoint: "http://h:1" },
    { AUDIT_OTLP_TIMEOUT: "10s" },
    /^AUDIT_OTLP_TIMEOUT must be whole milliseconds/,
  ],
  [
    {},
    { AUDIT_OTLP_COMPRESSION: "zstd" },
    /^AUDIT_OTLP_COMPRESSION must be one of gzip, none; it is "zstd"$/,
  ],
  [
    {},
    { AUDIT_OTLP_ENDPOINT: "https://h:1", AUDIT_OTLP_CERTIFICATE: "/nowhere/ca.pem" },
    /^AUDIT_OTLP_CERTIFICATE: cannot read \/nowhere\/ca\.pem: ENOENT/,
  ],
  [
    { endpoint: "http://h:1", certificateFile: "ca.pem" },
    {},
    /^certificateFile is for TLS, but the endpoint is an http:\/\/ URL/,
  ],
  [
    { endpoint: "https://h:1", clientKeyFile: "own.key" },
    {},
    /^clientKeyFile: a client certificate and its key are given together/,
  ],
  [
    { endpoint: "https://h:1", certificateFile: "package.json" },
    {},
    /^certificateFile: package\.json cannot be used: .*must be PEM/,
  ],
  [
    { endpoint: "h:1" },
    {},
    /^endpoint must be an http or https URL, as in http:\/\/127\.0\.0\.1:4318; it is "h:1"$/,
  ],
  [{ endpoint: "" }, {}, /^endpoint must be an http or https URL/],
  [
    {},
    { AUDIT_OTLP_ENDPOINT: "ftp://h" },
    /^AUDIT_OTLP_ENDPOINT must be an http or https URL, .*; it is "ftp:\/\/h"$/,
  ],
  [
    {},
    { AUDIT_LOG_FORMAT: "xml" },
    /^AUDIT_LOG_FORMAT must be one of json, csv, both, journal, none; it is "xml"$/,
  ],
  [
    {},
    { AUDIT_OTLP_PROTOCOL: "udp" },
    /^AUDIT_OTLP_PROTOCOL must be one of http\/json, http\/protobuf, grpc; it is "udp"$/,
  ],
  [{}, { AUDIT_SHIP: "yes" }, /^AUDIT_SHIP must be one of otel; it is "yes"$/],
  [
    {},
    { AUDIT_OTLP_ENDPOINT: "http://h:1", AUDIT_OTLP_HEADERS: "Bearer s3cret" },
    /^AUDIT_OTLP_HEADERS must be key=value,key=value$/,
  ],
  [
    {},
    { AUDIT_OTLP_ENDPOINT: "http://h:1", AUDIT_OTLP_HEADERS: "a b=s3cret" },
    /^AUDIT_OTLP_HEADERS: "a b" is no header name$/,
  ],
  [
    {},
    { AUDIT_OTLP_ENDPOINT: "http://h:1", AUDIT_OTLP_HEADERS: "a=s3cret%0Ax" },
    /^AUDIT_OTLP_HEADERS: the value of "a" has characters that no header may have$/,
  ],
  [
    { endpoint: "http://h:1", protocol: "grpc", headers: { "x-team": "Zürich" } },
    {},
    /^headers: the value of "x-team" has characters that gRPC metadata may not have: visible ASCII and spaces only$/,
  ],
  [
    { endpoint: "http://h:1", protocol: "grpc", headers: { "X-Key-Bin": "s3cret" } },
    {},
    /^headers: "X-Key-Bin" ends in -bin, which gRPC keeps for binary values: use another name$/,
  ],
  [
    {
      endpoint: "http://h:1",
      protocol: "grpc",
      headers: { "x!": "s3cret" },
    },
    {},
    /^headers: "x!" is no name of gRPC metadata: letters, digits, _, - and \. only$/,
  ],
  [
    {},
    {
      AUDIT_SHIP: "otel",
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_HEADERS: "x=Z%C3%BC",
    },
    /^OTEL_EXPORTER_OTLP_HEADERS: the value of "x" has characters that gRPC metadata may not have/,
  ],
  [
    { endpoint: "http://h:1", headers: { a: "s3cret\n" } },
    {},
    /^headers: the value of "a" has characters that no header may have$/,
  ],
])("%j with %j is an error that names it", (options, env, message) => {
  const run = (): unknown => resolveOptions(options, env);
  expect(run).toThrow(AuditError);
  expect(run).toThrow(
    expect.objectContaining({
      code: "invalid_option",
      message: expect.stringMatching(message) as string,
    }),
  );
  expect(run).not.toThrow(/s3cret/);
});

test.each<[env: Env, wanted: boolean]>([
  [{}, false],
  [{ AUDIT_OTEL_SDK: "off" }, false],
  [{ AUDIT_OTEL_SDK: "on" }, true],
])("an SDK of ours with %j: %s", (env, wanted) => expect(isSdkWanted(env)).toBe(wanted));

test("AUDIT_OTEL_SDK is on or off", () =>
  expect(() => isSdkWanted({ AUDIT_OTEL_SDK: "true" })).toThrow(/must be one of on, off/));

test.each<[env: Env, exporters: string[]]>([
  [{}, []],
  [{ OTEL_TRACES_EXPORTER: "none" }, []],
  [{ OTEL_TRACES_EXPORTER: "console" }, ["console"]],
  [{ OTEL_TRACES_EXPORTER: "otlp, console" }, ["otlp/http/protobuf", "console"]],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://h" }, ["otlp/http/protobuf"]],
  [
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://h", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
    ["otlp/grpc"],
  ],
])("span exporters with %j are %j", (env, exporters) =>
  expect(spanExporters(env)).toEqual(exporters),
);

test("the first variable that names a revision wins", () => {
  expect(revisionOfEnvironment({})).toBeUndefined();
  expect(revisionOfEnvironment({ CI_COMMIT_SHA: "b", GIT_COMMIT: "a" })).toBe("a");
});

test.each([
  ["grpc://audit:hunter2secret@collector:4317", /"\*\*\*\*@collector:4317"/],
  ["http:/audit:hunter2secret/x@y@collector:99999", /"\*\*\*\*@collector:99999"/],
  [
    "https://audit:hunter2secret@collector:4317",
    /has a user or password in it .*send it in a header/,
  ],
])("the endpoint %s is refused without quoting its credentials", (endpoint, message) => {
  const run = (): unknown => resolveOptions({ endpoint }, {});
  expect(run).toThrow(message);
  expect(run).not.toThrow(/hunter2secret/);
});

test("grpc without its packages is an error that says what to install", () => {
  checkGrpcPackages();
  const resolve = (name: string): string => {
    if (name.startsWith("@opentelemetry/")) throw new Error("not found");
    return name;
  };
  expect(() => checkGrpcPackages(resolve)).toThrow(
    /npm install @opentelemetry\/otlp-grpc-exporter-base, or use http\/protobuf$/,
  );
});

test.each<[endpoint: string, headers: object, isWarned: boolean]>([
  ["http://collector:4318", { authorization: "s3cret" }, true],
  ["http://10.0.0.1:4318", { authorization: "s3cret" }, true],
  ["https://collector:4318", { authorization: "s3cret" }, false],
  ["http://collector:4318", {}, false],
  ["http://127.0.0.2:4318", { authorization: "s3cret" }, false],
  ["http://[::1]:4318", { authorization: "s3cret" }, false],
  ["http://localhost:4318", { authorization: "s3cret" }, false],
])("headers to %s: plain text is warned of: %j %s", (endpoint, headers, isWarned) => {
  const { shipping } = resolveOptions({ endpoint, headers: { ...headers } }, {});
  const warning = shipping === undefined ? undefined : plainTextWarning(shipping);
  expect(warning !== undefined).toBe(isWarned);
  expect(warning ?? "").not.toContain("s3cret");
});
