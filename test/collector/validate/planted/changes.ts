import type { Mistake } from "./mistake.ts";

const STATEMENT = `      - set(resource.attributes["k8s.cluster.name"], "production")\n`;
const ATTRIBUTES = `  transform/cluster:
    error_mode: ignore
    log_statements:
${STATEMENT}`;

/** A statement in the transform of helm-gateway.yaml; what is due stands behind it. */
const stated = (name: string, line: string): Mistake => ({
  name,
  base: "helm-gateway.yaml",
  changes: [[STATEMENT, `      - ${line}\n`]],
});

/** An attributes processor in the place of that transform. */
const acted = (name: string, line: string): Mistake => ({
  name,
  base: "helm-gateway.yaml",
  changes: [
    [ATTRIBUTES, `  attributes/cluster:\n    actions:\n      - ${line}\n`],
    ["[memory_limiter, transform/cluster,", "[memory_limiter, attributes/cluster,"],
  ],
});

/** What processors take away of records. */
export const CHANGE_MISTAKES: readonly Mistake[] = [
  stated(
    "an id that is deleted",
    'delete_key(log.attributes, "audit.record.id") #! record_proof_changed',
  ),
  stated(
    "an id that is made anew",
    'set(log.attributes["audit.record.id"], UUID()) #! record_proof_changed',
  ),
  stated(
    "a seal that is emptied where something holds",
    'set(log.attributes["audit.integrity.fields"], "") where log.severity_number < 9 #! record_proof_changed',
  ),
  stated(
    "a seal that is rewritten",
    'replace_pattern(log.attributes["audit.integrity.fields"], "^.*$", "") #! record_proof_changed',
  ),
  stated(
    "names that are deleted by a pattern",
    'delete_matching_keys(log.attributes, "(?i)^AUDIT\\\\.(record|integrity)\\\\.") #! record_proof_changed',
  ),
  stated(
    "values that are masked by a pattern that is too wide",
    'replace_all_patterns(log.attributes, "value", "[A-Za-z0-9_-]{16,}", "****") #! record_proof_changed',
  ),
  stated(
    "names that are rewritten",
    'replace_all_patterns(log.attributes, "key", "\\\\.", "_") #! record_proof_changed',
  ),
  {
    name: "a sequence number in the older form of statements",
    base: "helm-gateway.yaml",
    changes: [
      [
        STATEMENT,
        `      - context: log
        statements:
          - set(attributes["audit.sequence.number"], 1) #! record_proof_changed
`,
      ],
    ],
  },
  acted("an id that is hashed", "{ key: audit.record.id, action: hash } #! record_proof_changed"),
  acted(
    "what a pattern deletes",
    '{ pattern: "^audit[.](integrity|checkpoint)", action: delete } #! record_proof_changed',
  ),
  acted(
    "an id that is put in place of its own",
    "{ key: audit.record.id, value: x, action: upsert } #! record_proof_changed",
  ),
  stated("values of ten letters", "truncate_all(log.attributes, 10) #! record_cut"),
  stated(
    "values of ten letters, with names",
    "truncate_all(target=log.attributes, limit=10) #! record_cut",
  ),
  stated("a body of a hundred letters", "truncate_all(log.body, 100) #! record_cut"),
  stated("ten attributes", 'limit(log.attributes, 10, ["audit.record.id"]) #! record_cut'),
  stated(
    "two attributes",
    'keep_keys(log.attributes, ["audit.action", "audit.time"]) #! record_cut',
  ),
  stated("attributes by a pattern", 'keep_matching_keys(log.attributes, "^http") #! record_cut'),
  stated("attributes of its own", "set(log.attributes, log.cache) #! record_cut"),
  stated("no body", 'set(log.body, "") #! record_cut'),
  stated("the same body for all", 'set(log.body, "redacted, see (x, y)") #! record_cut'),
];

/** What changes records and takes nothing away that counts. */
export const CHANGE_VARIANTS: readonly Mistake[] = [
  stated("an attribute is added", 'set(log.attributes["team"], "a, (b")'),
  stated(
    "a field is redacted with its salt, as README.md says",
    'replace_pattern(log.attributes["audit.integrity.fields"], "(^|,)(note:[A-Za-z0-9_-]{43}):[A-Za-z0-9_-]{22}", "$${1}$${2}")',
  ),
  stated("an actor is taken away", 'delete_key(log.attributes, "audit.actor.id")'),
  stated(
    "what is no audit record is cut",
    'truncate_all(log.attributes, 10) where log.attributes["audit.record.id"] == nil',
  ),
  stated("very long values", "truncate_all(log.attributes, 65536)"),
  stated("the same name elsewhere", 'delete_key(resource.attributes, "audit.record.id")'),
  stated(
    "cards are masked",
    'replace_all_patterns(log.attributes, "value", "[0-9]{13,16}", "****")',
  ),
  {
    name: "a body in another form, blanked before",
    base: "helm-gateway.yaml",
    changes: [
      [
        STATEMENT,
        `      - context: log
        statements:
          - set(body, "")
          - set(body, Concat([attributes["audit.action"], attributes["audit.time"]], ","))
`,
      ],
    ],
  },
  acted("an attribute of others is deleted", "{ key: http.request.header, action: delete }"),
  acted("an id is given where there is none", "{ key: audit.record.id, value: x, action: insert }"),
];
