import type { PolicyDocument } from "otel-audit";

const DETAILS = { note: "request.note", rate: "request.rate" } as const;

const ACTIONS = {
  Tune: "hp_change",
  Note: "note_write",
  Grant: "permission_change",
  Tag: "tag_add",
  Pause: "pause",
  Query: "query_execute",
  Save: "checkpoint_save",
} as const;

/** Methods of the service, each of an action of its own. */
export const METHODS: readonly string[] = Object.keys(ACTIONS);

/** The action that {@link METHODS} name `Note`, of which the bodies hold free text. */
export const NOTES = "note_write";

/** What the service records of its calls. */
export const POLICY: PolicyDocument = {
  version: 1,
  actor: [{ header: { id: "x-user", from: ["127.0.0.0/8"] } }],
  rules: Object.entries(ACTIONS).map(([method, action]) => ({
    method: `probe.Probe/${method}`,
    actions: [
      {
        action,
        details: DETAILS,
        ...(method === "Tune" ? { before: "response.previous", after: "request" } : {}),
      },
    ],
    target: { type: "thing", id: "request.id" },
  })),
};
