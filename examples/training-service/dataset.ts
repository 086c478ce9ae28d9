import { ExperimentError } from "./experiment-error.ts";
import type {
  AnnotationReply,
  EditTagsRequest,
  EditTagsResponse,
  ExecuteQueryRequest,
  ExecuteQueryResponse,
  ImportSample,
  ImportSamplesResponse,
  Received,
  SamplesRequest,
  SamplesResponse,
} from "./messages.ts";
import { parseQuery, type Sample } from "./sample-query.ts";

/** The data splits there are. */
export const SPLITS: readonly string[] = ["train", "val", "test"];

const FIRST_ORIGINS = ["train", "train", "train", "train", "val", "val", "test", "test"];
const QUERY_TYPES: readonly string[] = ["filter", "analysis", "natural_language"];

/** The samples of an experiment, in memory. It begins with `s1` to `s8`. */
export class Dataset {
  readonly #samples: Map<string, Sample> = new Map(
    FIRST_ORIGINS.map((origin, index) => {
      const id = `s${index + 1}`;
      return [id, { id, origin, tags: new Set<string>(), discarded: false }];
    }),
  );

  /** How many samples of a split are not discarded. */
  count(split: string): number {
    return this.#matching((sample) => sample.origin === split && !sample.discarded).length;
  }

  editTags(request: Received<EditTagsRequest>): EditTagsResponse {
    const { add_tag, remove_tag, sample_ids = [], origins = [] } = request;
    if (!add_tag && !remove_tag) return failed("no tag to add or to remove");
    if (origins.length > 0 && origins.length !== sample_ids.length) {
      throw new ExperimentError(
        "invalid",
        `${origins.length} origins for ${sample_ids.length} samples`,
      );
    }
    const samples = this.#find(sample_ids);
    if (!Array.isArray(samples)) return samples;
    const untagged = remove_tag ? samples.filter(({ tags }) => tags.delete(remove_tag)) : [];
    const tagged = add_tag ? samples.filter(({ tags }) => !tags.has(add_tag)) : [];
    if (add_tag) for (const { tags } of tagged) tags.add(add_tag);
    return {
      success: true,
      ...(add_tag ? { samples_tagged: tagged.length } : {}),
      ...(remove_tag ? { samples_untagged: untagged.length } : {}),
    };
  }

  discard(request: Received<SamplesRequest>): SamplesResponse {
    return this.#setDiscarded(request, true);
  }

  restore(request: Received<SamplesRequest>): SamplesResponse {
    return this.#setDiscarded(request, false);
  }

  /** A query that cannot be read is an answer with `success: false`, not an error. */
  query(request: Received<ExecuteQueryRequest>): ExecuteQueryResponse {
    const { query_type = "", query_text = "" } = request;
    if (!QUERY_TYPES.includes(query_type)) return failed(`Unknown query type: "${query_type}"`);
    try {
      const found = this.#matching(parseQuery(query_text));
      return {
        success: true,
        samples_matched: found.length,
        sample_ids: found.map(({ id }) => id),
      };
    } catch (error) {
      if (error instanceof ExperimentError) return failed(error.message);
      throw error;
    }
  }

  /**
   * Adds all samples, or none.
   *
   * @throws ExperimentError `invalid` for a sample without id or of an unknown split,
   * `already-exists` for an id that is taken.
   */
  import(samples: readonly Received<ImportSample>[]): ImportSamplesResponse {
    if (samples.length === 0) return failed("no samples were sent");
    const added = new Map<string, Sample>();
    for (const { sample_id = "", origin = "", tags = [] } of samples) {
      if (sample_id === "") throw new ExperimentError("invalid", "a sample without sample_id");
      if (!SPLITS.includes(origin)) {
        throw new ExperimentError("invalid", `sample ${sample_id}: unknown origin "${origin}"`);
      }
      if (this.#samples.has(sample_id) || added.has(sample_id)) {
        throw new ExperimentError("already-exists", `sample exists already: ${sample_id}`);
      }
      added.set(sample_id, { id: sample_id, origin, tags: new Set(tags), discarded: false });
    }
    for (const [id, sample] of added) this.#samples.set(id, sample);
    return { success: true, samples_imported: added.size };
  }

  /** Tags one sample of an annotation stream. */
  annotate(tag: string, sample_id: string): AnnotationReply {
    const { success, message } = this.editTags({ add_tag: tag, sample_ids: [sample_id] });
    return { success, ...(message === undefined ? {} : { message }), sample_id };
  }

  #setDiscarded(request: Received<SamplesRequest>, discarded: boolean): SamplesResponse {
    const samples = this.#find(request.sample_ids ?? []);
    if (!Array.isArray(samples)) return samples;
    const changing = samples.filter((sample) => sample.discarded !== discarded);
    for (const sample of changing) sample.discarded = discarded;
    return {
      success: true,
      samples_affected: changing.length,
      origins: samples.map(({ origin }) => origin),
    };
  }

  #matching(matches: (sample: Sample) => boolean): Sample[] {
    return [...this.#samples.values()].filter(matches);
  }

  /** The samples of these ids in their order, or the failed answer if there are none or one is unknown. */
  #find(ids: readonly string[]): Sample[] | Failed {
    if (ids.length === 0) return failed("no samples named");
    const found: Sample[] = [];
    const unknown: string[] = [];
    for (const id of new Set(ids)) {
      const sample = this.#samples.get(id);
      if (sample === undefined) unknown.push(id);
      else found.push(sample);
    }
    return unknown.length > 0 ? failed(`unknown samples: ${unknown.join(", ")}`) : found;
  }
}

interface Failed {
  readonly success: false;
  readonly message: string;
}

function failed(message: string): Failed {
  return { success: false, message };
}
