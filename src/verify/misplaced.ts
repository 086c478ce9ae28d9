import type { SoundCheckpoint } from "./check-checkpoint.ts";

/** The record that carries a note. */
export interface Carrier {
  readonly stream: string;
  readonly sequence: number;
  readonly time: string;
}

/** Why a note does not fit the record that carries it; undefined: it does. */
export function misplaced({ checkpoint }: SoundCheckpoint, record: Carrier): string | undefined {
  const { stream, size, state, adopter, time } = checkpoint;
  if (time !== record.time) return "its note has another time";
  if (state === "adopted") {
    if (adopter !== record.stream)
      return `its note is of an adopter ${adopter ?? "without a name"}`;
    return stream === record.stream ? "its note adopts its own stream" : undefined;
  }
  if (stream !== record.stream) return `its note is of stream ${stream}`;
  return record.sequence > size ? undefined : "its note covers itself";
}
