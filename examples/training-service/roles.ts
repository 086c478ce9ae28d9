const VIEWER: readonly string[] = ["WatchMetrics", "ExecuteQuery"];
const ANNOTATOR: readonly string[] = [
  ...VIEWER,
  "EditTags",
  "Annotate",
  "WriteNote",
  "DiscardSamples",
  "RestoreSamples",
];
const TRAINER: readonly string[] = [
  ...ANNOTATOR,
  "ImportSamples",
  "UpdateParameters",
  "Pause",
  "Resume",
  "SaveCheckpoint",
  "RestoreCheckpoint",
  "StartEvaluation",
];
const ADMIN: readonly string[] = [...TRAINER, "SetPermission"];

export type Role = "viewer" | "annotator" | "trainer" | "admin";

/** The methods each role may call. */
const ALLOWED: Readonly<Record<Role, readonly string[]>> = {
  viewer: VIEWER,
  annotator: ANNOTATOR,
  trainer: TRAINER,
  admin: ADMIN,
};

/** Who is known when the service starts; `tuner` is an agent, the others are people. */
const FIRST_ROLES: readonly (readonly [user: string, role: Role])[] = [
  ["ann", "admin"],
  ["tom", "trainer"],
  ["tuner", "trainer"],
  ["bob", "annotator"],
  ["vera", "viewer"],
];

/** The service's own table of who may do what. */
export class RoleTable {
  readonly #roles = new Map<string, Role>(FIRST_ROLES);

  /** The role of a user; undefined for one whom the service does not know. */
  roleOf(user: string): Role | undefined {
    return this.#roles.get(user);
  }

  /** Whether a user may call a method of the service. */
  allows(user: string, method: string): boolean {
    const role = this.roleOf(user);
    return role !== undefined && ALLOWED[role].includes(method);
  }

  /** Gives a user a role and returns the one from before; `none` for a newcomer. */
  assign(user: string, role: Role): Role | "none" {
    const previous = this.roleOf(user) ?? "none";
    this.#roles.set(user, role);
    return previous;
  }
}

/** Whether a text names one of the roles. */
export function isRole(text: string): text is Role {
  return Object.hasOwn(ALLOWED, text);
}
