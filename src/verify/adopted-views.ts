/**
 * Whether what is known of a stream comes from views alone, where another stream adopted it.
 *
 * A file of lines is a view of a stream as long as nothing but checkpoints of it stand there. A note of a
 * stream that was adopted stands in a record of the adopter: where that file is no view of the adopter,
 * it is none of the other either.
 */
export interface AdoptedViews {
  /** A record that is no checkpoint, or stands where all records are. */
  readonly show: (file: string, stream: string) => void;
  /** A record of the adopter has a note of another stream. */
  readonly adopt: (file: string, adopter: string, stream: string) => void;
  /** Streams of which a note stands in what is no view. */
  readonly finish: () => readonly string[];
}

/** Knows of no file. */
export function createAdoptedViews(): AdoptedViews {
  const shown = new Map<string, Set<string>>();
  const notes: (readonly [file: string, adopter: string, stream: string])[] = [];
  return {
    show(file, stream) {
      const streams = shown.get(file);
      if (streams === undefined) shown.set(file, new Set([stream]));
      else streams.add(stream);
    },
    adopt: (file, adopter, stream) => void notes.push([file, adopter, stream]),
    finish: () =>
      notes.flatMap(([file, adopter, stream]) =>
        shown.get(file)?.has(adopter) === true ? [stream] : [],
      ),
  };
}
