/** What first checkpoints may say of their process and key, and the verdict of it. */
import type { OpeningFacts } from "../../src/seal/opening-facts.ts";
import { type History, result } from "./key-histories.ts";

/** What a first checkpoint says where the service has this name. */
export function openingOf(service: string): OpeningFacts {
  return {
    custody: "file",
    sealed: ["audit."],
    redactable: ["*"],
    auditPolicy: "none",
    redactionPolicy: "A".repeat(43),
    resource: { "service.name": service, "process.pid": 7 },
    rotations: [],
  };
}

/** Rules 3 and 17. */
export const OPENINGS: readonly History[] = [
  [
    "another service than the signed one",
    ({ a }) => {
      a.checkpoint("open", { opening: openingOf("billing") });
      a.add(result);
      a.checkpoint("close");
    },
    "tampered",
  ],
  [
    "the signed service and resource",
    ({ a }) => {
      a.add({ ...result, rest: { resource: { "service.name": "trainer", "process.pid": 7 } } });
      a.checkpoint("open", { opening: openingOf("trainer") });
      a.checkpoint("close");
    },
    "verified",
  ],
  [
    "a resource that says more than the signed one",
    ({ a }) => {
      a.add({ ...result, rest: { resource: { "service.name": "trainer", "host.name": "h" } } });
      a.checkpoint("open", { opening: openingOf("trainer") });
      a.checkpoint("close");
    },
    "tampered",
  ],
  [
    "another service than the signed one in one record of several",
    ({ a }) => {
      a.add(result);
      a.add({ ...result, rest: { service: "billing" } });
      a.add({ ...result, rest: { service: "billing" } });
      a.checkpoint("open", { opening: openingOf("trainer") });
      a.checkpoint("close");
    },
    "tampered",
  ],
  [
    "another resource than the signed one in one record of several",
    ({ a }) => {
      for (const pid of [7, 8])
        a.add({ ...result, rest: { resource: { "service.name": "trainer", "process.pid": pid } } });
      a.checkpoint("open", { opening: openingOf("trainer") });
      a.checkpoint("close");
    },
    "tampered",
  ],
  [
    "a key in memory",
    ({ a }) => {
      a.checkpoint("open", { opening: { ...openingOf("trainer"), custody: "memory" } });
    },
    "verified",
  ],
];
