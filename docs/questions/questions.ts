/** One question, and the command that answers it; or the heading of those that follow. */
export type Entry = Question | { readonly heading: string };

/** One question. */
export interface Question {
  readonly ask: string;
  /** For a shell; `{stream}` stands for the stream of the trail. */
  readonly command: string;
}

/** Every question that the page answers. */
export const QUESTIONS: readonly Entry[] = [
  { heading: "The release week" },
  {
    ask: "Who changed what in the release week?",
    command:
      "otel-audit query created:2026-10-05..2026-10-09 impact:high --columns time,actor,action,target,outcome",
  },
  {
    ask: "Why did the release move?",
    command: "otel-audit query 'action:release*' --order oldest --columns time,what",
  },
  {
    ask: "What changed between the freeze and the release?",
    command: "otel-audit query --between v1.4-freeze v1.4-release impact:high --columns time,what",
  },
  {
    ask: "What happened around the freeze, and what did the metrics do?",
    command: "otel-audit around v1.4-freeze --window 45m --metrics docs/questions/metrics.csv",
  },
  {
    ask: "Which versions and snapshots were made, by whom?",
    command:
      "otel-audit query action:version_snapshot,model_version,model_deploy --columns time,actor,what",
  },
  {
    ask: "A document for the release meeting, with names that mean nothing outside",
    command:
      "otel-audit report release --from 2026-10-07 --to 2026-10-07 --pseudonyms -o markdown | sed -n '/^## High/,$p' | head -40",
  },
  { heading: "People and permissions" },
  {
    ask: "Who changed permissions and roles, or tried to?",
    command:
      "otel-audit query action:permission_change,role_change,user_create --columns time,actor,outcome,what",
  },
  {
    ask: "Which changes were approved, and by whom?",
    command: "otel-audit query has:ticket --columns time,actor,action,target,ticket,approver",
  },
  {
    ask: "Which changes of high impact rest on no approval?",
    command: "otel-audit summary impact:high no:ticket --by actor,action",
  },
  {
    ask: "What does each role do?",
    command: "otel-audit summary --by role,action",
  },
  {
    ask: "Everything about one person",
    command: "otel-audit history eve",
  },
  { heading: "Reviews, labels and settings" },
  {
    ask: "Who changed the state of a review?",
    command: "otel-audit query action:review_state_change --columns time,actor,what",
  },
  {
    ask: "How was the disputed review settled?",
    command: "otel-audit history a-202",
  },
  {
    ask: "Which review decisions were disputed?",
    command: "otel-audit query details.disputed:true --columns time,actor,target,reason",
  },
  {
    ask: "When did the label schema change, from what to what?",
    command: "otel-audit query action:label_schema_change --columns time,actor,changes,reason",
  },
  {
    ask: "When did that critical setting move?",
    command: "otel-audit history street-signs --field consensus",
  },
  {
    ask: "What exactly was changed there?",
    command: "otel-audit show {stream}.28",
  },
  {
    ask: "Where is work rejected again and again, and why?",
    command: "otel-audit summary action:assignment_reject --by details.label_class,reason",
  },
  {
    ask: "Which label classes go back and forth?",
    command: "otel-audit summary action:review_state_change --by details.label_class,project",
  },
  { heading: "Training" },
  {
    ask: "How was the state of this run reached?",
    command: "otel-audit reproduce --run exp-7",
  },
  {
    ask: "Hyperparameters, checkpoints and pauses in their order",
    command:
      "otel-audit query action:hp_change,checkpoint_save,checkpoint_restore,pause,resume --order oldest --columns time,what",
  },
  {
    ask: "Who restored that checkpoint?",
    command: "otel-audit history ckpt-4100",
  },
  {
    ask: "Why did the restore fail, and what was paused before it?",
    command: "otel-audit explain {stream}.24 --window 1h",
  },
  {
    ask: "How did the learning rate change?",
    command: "otel-audit history exp-7 --field learning_rate",
  },
  {
    ask: "Which queries were run, and which failed?",
    command:
      "otel-audit query action:query_execute --columns time,actor,outcome,details.query_text,error",
  },
  { heading: "Data" },
  {
    ask: "Which samples were thrown out, and why?",
    command: "otel-audit query action:sample_discard --columns time,actor,sample,reason",
  },
  {
    ask: "The same for people who work with spreadsheets",
    command: "otel-audit report exclusions --from 2026-10-05 --to 2026-10-09 -o csv",
  },
  {
    ask: "What became of this sample?",
    command: "otel-audit history s-18",
  },
  { heading: "Decisions of models" },
  {
    ask: "What did the model decide, with which confidence, and what did people make of it?",
    command: "otel-audit query action:decision,decision_override --columns time,actor.type,what",
  },
  {
    ask: "Everything about that picture",
    command: "otel-audit history p-5512",
  },
  { heading: "Counting" },
  { ask: "How much of what?", command: "otel-audit summary" },
  {
    ask: "The same for programs: the first names are those of get_log_summary",
    command: "otel-audit summary -o json | head -20",
  },
  { ask: "How many of each action came about?", command: "otel-audit summary --by action,status" },
  {
    ask: "Which failed?",
    command: "otel-audit query status:failed --columns time,actor,action,error",
  },
  { ask: "When did it happen?", command: "otel-audit stats --interval day" },
  {
    ask: "The same in a shell",
    command: "otel-audit query -o csv --columns actor | sort | uniq -c",
  },
  { heading: "Is it all there?" },
  { ask: "Is anything missing?", command: "otel-audit gaps" },
  { ask: "Was anything changed?", command: "otel-audit verify" },
];
