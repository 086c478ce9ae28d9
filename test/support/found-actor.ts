/** The actor sources of a policy, asked inside the handlers of a real gRPC server. */
import * as grpc from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import {
  type ActorFinder,
  compileActor,
  type FoundActor,
  type LoadedPolicy,
  policyOfObject,
} from "../../src/capture/index.ts";
import { parsePeer } from "../../src/capture/peer.ts";
import type { ActorSource } from "otel-audit";
import { call, type CallOptions, type GrpcCopy, serve } from "./grpc-service.ts";

/** What one call found. */
export interface Found extends FoundActor {
  /** Whether the answer was a promise. */
  readonly isLate: boolean;
}

/** A server whose handler asks who calls. */
export interface ActorService {
  readonly finder: ActorFinder;
  /** Lines that were said. */
  readonly lines: readonly string[];
  readonly whoCalls: (options?: CallOptions) => Promise<Found>;
}

/** Starts a server; it ends with the test. */
export async function serveActors(
  actor: readonly ActorSource[] | LoadedPolicy,
  options: {
    readonly now?: () => number;
    readonly readyMillis?: number;
    readonly credentials?: grpc.ServerCredentials;
    readonly copy?: GrpcCopy;
  } = {},
): Promise<ActorService> {
  const { credentials, copy = grpc, ...rest } = options;
  const lines: string[] = [];
  const loaded = "locate" in actor ? actor : policyOfObject({ version: 1, actor });
  const finder = compileActor(loaded, undefined, (line) => lines.push(line), rest);
  const found: (FoundActor | Promise<FoundActor>)[] = [];
  const service = await serve(
    copy,
    {
      Do: {
        kind: "unary",
        handler(running, callback) {
          const asCall = running as unknown as Parameters<ActorFinder["find"]>[0];
          found.push(finder.find(asCall, "probe.Probe/Do", parsePeer(running.getPeer())));
          callback(null, {});
        },
      },
    },
    credentials === undefined ? {} : { credentials },
  );
  onTestFinished(service.close);
  return {
    finder,
    lines,
    async whoCalls(callOptions) {
      const reply = await call(copy, service.address, "Do", "unary", callOptions);
      const last = found.pop();
      if (last === undefined) throw new Error(`the call did not arrive: ${reply.details}`);
      return { ...(await last), isLate: last instanceof Promise };
    },
  };
}
