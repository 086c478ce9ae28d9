import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import {
  buildDesktopViewer,
  desktopViewerBinaryIfBuilt,
} from "../../collector-config/build/build.ts";
import { freePorts, type Server, startServer } from "./child-process.ts";

/** Where Chromium may be; undefined where it is not. */
export const BROWSER: string | undefined = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find(existsSync);

/** Why otel-desktop-viewer cannot be looked at here; undefined when it can, or must (AUDIT_REQUIRE=desktop-viewer). */
export function whyNoDesktopViewer(): string | undefined {
  if ((process.env["AUDIT_REQUIRE"] ?? "").split(",").includes("desktop-viewer")) return undefined;
  if (BROWSER === undefined) return "SKIPPED, NOT TESTED: no Chromium here";
  if (desktopViewerBinaryIfBuilt() !== undefined) return undefined;
  return "SKIPPED, NOT TESTED: build it with `node collector-config/build/build.ts desktop-viewer`, or set AUDIT_REQUIRE=desktop-viewer";
}

/** An otel-desktop-viewer that is ready: keeps logs and traces, and shows them in a browser. */
export interface RunningDesktopViewer extends Server {
  /** Base URL of OTLP over HTTP. */
  readonly endpoint: string;
  /** Base URL of its pages. */
  readonly pages: string;
  /** Calls a method of its JSON-RPC. @throws what it answers of an error. */
  readonly ask: (method: string, ...params: readonly unknown[]) => Promise<unknown>;
}

/** Starts the viewer with its database in `dir`, building it first if need be. */
export async function startDesktopViewer(dir: string): Promise<RunningDesktopViewer> {
  const binary = await buildDesktopViewer();
  const [pagesPort, http, grpc] = await freePorts(3);
  const pages = `http://127.0.0.1:${pagesPort}`;
  const args = [
    "--open-browser=false",
    "--host=127.0.0.1",
    `--browser-port=${pagesPort}`,
    `--http=${http}`,
    `--grpc=${grpc}`,
    `--db=${path.join(dir, "viewer.db")}`,
  ];
  const server = await startServer(binary, args, { healthUrl: `${pages}/` });
  return {
    ...server,
    endpoint: `http://127.0.0.1:${http}`,
    pages,
    ask: (method, ...params) => ask(pages, method, params),
  };
}

const answerShape = z.object({ result: z.unknown(), error: z.unknown() }).partial();

async function ask(pages: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(`${pages}/rpc`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = answerShape.parse(await response.json());
  if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
  return result;
}

/** The document of a page after its scripts have run, as HTML. */
export function renderedPage(url: string, profile: string): string {
  const { stdout, stderr, status } = spawnSync(
    BROWSER ?? "chromium",
    [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      `--user-data-dir=${profile}`,
      "--virtual-time-budget=6000",
      "--window-size=1400,1000",
      "--dump-dom",
      url,
    ],
    { encoding: "utf8", timeout: 180_000, maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`the browser ended with ${status}:\n${stderr}`);
  return stdout;
}
