import { type Action, defineAction } from "otel-audit";
import { z } from "zod";

interface PublishDetails {
  readonly license?: string;
}

/** An action that otel-audit does not have built in. Any Standard Schema library will do in zod's place. */
export const datasetPublish: Action<"dataset_publish", PublishDetails> = defineAction({
  name: "dataset_publish",
  category: "data",
  impact: "high",
  required: ["target"],
  details: z.looseObject({ license: z.string().exactOptional() }),
  sentence: "{published|publish} {target}[ under {license}]",
});
