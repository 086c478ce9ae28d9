/** What `otel-audit show` does; loaded when it runs. */
import type { AttributeValue } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import { recordDetail, type RecordDetail, type SealState } from "../../report/index.ts";
import type { Lines } from "../lines.ts";
import { recordAccess } from "./access.ts";
import { actorText, joined, withNotes } from "./actor-text.ts";
import { asked } from "./asked.ts";
import { changeLines } from "./change-lines.ts";
import { columnsOf, screenTime } from "./columns.ts";
import { oneRecord } from "./one-record.ts";
import { fact, folded, heading } from "./page.ts";
import { printPaged } from "./pager.ts";
import { exitAfterReading, sayProblems, valuesWithProgress } from "./reading.ts";
import type { ShowOptions } from "./show-command.ts";
import { traceLinkOf } from "./trace-link.ts";
import { leafTexts, valueText } from "./value-text.ts";
import { rowLines } from "./write-rows.ts";
import { jsonText } from "../../lib/visible-text.ts";

const SAME_CALL_COLUMNS = "time,record,kind,outcome,what";

/** Prints one record, and sets the exit code. */
export async function show(
  id: string,
  options: ShowOptions,
  { print, warn }: Lines,
): Promise<void> {
  const question = await asked([], options, { isReadAgain: true });
  const access = (count: number) => recordAccess({ scope: ["show", id], count }, options);
  const one = await oneRecord(id, question, { warn, access });
  if (one === undefined) return;
  const link = traceLinkOf(one.record);
  const detail = await valuesWithProgress(warn, (reading) =>
    recordDetail(question.sources, one.record, reading),
  );
  await access(1 + detail.sameCall.length);
  const lines =
    options.output === "json"
      ? [jsonText(jsonOf(detail, link), 2)]
      : pageLines(detail, { link, zone: question.zone });
  await printPaged(lines, { print, warn }, options);
  sayProblems(detail, warn);
  process.exitCode = exitAfterReading(detail, 1);
}

function jsonOf(detail: RecordDetail, link: string | undefined): object {
  const { record, sentence, changes, sameCall, sameCallTotal, seal } = detail;
  const traceUrl = link ?? null;
  return { version: 1, record, sentence, changes, sameCall, sameCallTotal, seal, traceUrl };
}

interface PageOptions {
  readonly link: string | undefined;
  readonly zone: string;
}

function* pageLines(detail: RecordDetail, { link, zone }: PageOptions): Generator<string> {
  const { record, sentence, changes, details, attributes } = detail;
  const { sameCall, sameCallTotal, seal } = detail;
  yield* folded(sentence, { indent: 0 }).map((line) => heading(line));
  yield "";
  yield* factLines(detail, { link, zone });
  yield* fact("seal", sealText(seal, record));
  if (changes.length > 0) {
    yield "";
    yield heading("Changes");
    yield* changeLines(changes);
  }
  if (Object.keys(details).length > 0) yield* leafLines("Details", details);
  if (Object.keys(attributes).length > 0) yield* leafLines("Other attributes", attributes);
  if (record.resource !== undefined) yield* leafLines("Resource", record.resource);
  if (sameCall.length === 0) return;
  yield "";
  const more = sameCallTotal - sameCall.length;
  yield heading(
    `Same call${more > 0 ? `: the oldest ${sameCall.length} of ${sameCallTotal}` : ""}`,
  );
  const forPeople = columnsOf(SAME_CALL_COLUMNS);
  yield* rowLines(sameCall, { format: "table", forPeople, zone });
}

function* leafLines(title: string, values: Parameters<typeof leafTexts>[0]): Generator<string> {
  yield "";
  yield heading(title);
  for (const [path, text] of leafTexts(values))
    yield* folded(text, { first: `  ${path}: `, indent: 6 });
}

function* factLines(
  { record, facts }: RecordDetail,
  { link, zone }: PageOptions,
): Generator<string> {
  const { timestamp, kind, outcome, error, reason, call_id: call } = record;
  const textOf = (name: string): string | undefined => textOfAttribute(facts.get(name));
  yield* fact("record", `${record.record_id} (${kind})`);
  yield* fact("when", `${screenTime(timestamp, zone)}, ${timestamp}`);
  const impact = textOf("impact");
  const about = [textOf("category"), impact === undefined ? undefined : `${impact} impact`];
  yield* fact("action", withNotes(record.action_type, about));
  yield* fact("actor", actorText(record));
  yield* fact("authenticated", authenticationText(textOf));
  yield* fact("source", sourceText(record, textOf));
  yield* fact("target", joined(record.target_type, record.target_id));
  yield* fact("outcome", withNotes(outcome ?? record.status, [textOf("errorType")]));
  yield* fact("error", error ?? undefined);
  yield* fact("reason", reason);
  const [ticket, approver] = [textOf("ticket"), textOf("approver")];
  yield* fact("approval", joined(ticket, approver === undefined ? undefined : `by ${approver}`));
  yield* fact("snapshot", textOf("snapshot"));
  const took = record.duration_ms === undefined ? undefined : `${record.duration_ms} ms`;
  yield* fact("method", withNotes(record.method, [record.rpc_status, took]));
  yield* fact("call", call);
  yield* fact("service", record.service);
  const { trace_id: trace, span_id: span } = record;
  yield* fact("trace", withNotes(trace, [span === undefined ? undefined : `span ${span}`]));
  yield* fact("", link);
}

type TextOf = (name: string) => string | undefined;

function authenticationText(textOf: TextOf): string | undefined {
  const [how, error] = [textOf("authentication"), textOf("authenticationError")];
  return withNotes(how, [error === undefined ? undefined : `a credential did not count: ${error}`]);
}

function sourceText({ source }: FlatRecord, textOf: TextOf): string | undefined {
  const [address, port] = [textOf("address"), textOf("port")];
  const where = source ?? address;
  return withNotes(where, [
    textOf("sourceType"),
    where === address ? undefined : address,
    port === undefined ? undefined : `port ${port}`,
    textOf("userAgent"),
  ]);
}

function sealText(seal: SealState, { record_id: id }: FlatRecord): string {
  const proof = `not checked here: otel-audit inspect ${id} proves it`;
  switch (seal.state) {
    case "covered":
      return `counted by checkpoint ${seal.number} of ${seal.time} (${seal.checkpoint}); ${proof}`;
    case "own_note":
      return `it is checkpoint ${seal.number}, and no later one counts it; ${proof}`;
    case "not_covered":
      return "not signed yet: no checkpoint of its stream that was read reaches to it";
    default:
      return "no checkpoint of its stream is among what was read";
  }
}

function textOfAttribute(value: AttributeValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : valueText(value);
}
