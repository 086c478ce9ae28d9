import { isId } from "../event/portable.ts";
import type { Block, Form, Found, Problem } from "../read/portable.ts";
import type { Examiner } from "./examine.ts";
import { examineBlock, type ReadRecord } from "./examine-block.ts";
import type { ExaminedBlock } from "./examined-block.ts";

/** Files of these forms show results, and nothing else. Lines may be a view of checkpoints. */
const VIEWS: ReadonlySet<Form> = new Set<Form>(["csv", "json-array"]);

/** On its way elsewhere a resource may be given more attributes, or others. */
const WITH_RESOURCE: ReadonlySet<Form> = new Set<Form>(["json-lines", "json-array"]);

/** As in `journal/cJ43xB7KP1x8rM2I/1.jsonl`; whatever form its content has. */
const SEGMENT = /(?:^|[\\/])([^\\/]+)[\\/]\d+\.jsonl$/;

/**
 * Reads and examines a piece of a file.
 *
 * @param decode reads it: `decodeBlock` in Node, `decodeJsonBlock` in a browser.
 */
export function examinePiece(
  block: Block,
  examiner: Examiner,
  decode: (block: Block) => Iterable<Found>,
): Promise<ExaminedBlock> {
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  for (const found of decode(block)) {
    if (found.kind === "record") records.push(found);
    else problems.push(found);
  }
  return examineBlock(
    {
      file: block.file,
      isView: isView(block.form),
      // Whoever writes a segment anew as a view has taken away what views do not show.
      showsAll: isSegment(block.file) || !(isView(block.form) || block.form === "json-lines"),
      hasResource: keepsResource(block.form),
      records,
      problems: problems.map(({ line, message, isCut = false }) => ({ line, message, isCut })),
    },
    examiner,
  );
}

/** Whether files of a form show results only, and add something to an intent without one. */
export function isView(form: Form): boolean {
  return VIEWS.has(form);
}

/** Whether files of a form hold the resource of a process as it was. */
export function keepsResource(form: Form): boolean {
  return WITH_RESOURCE.has(form);
}

/** Whether a path is that of a segment of a journal. */
export function isSegment(path: string): boolean {
  const [, folder = ""] = SEGMENT.exec(path) ?? [];
  return isId(folder);
}
