/** What of the streams bears on a state, for people and for programs. */
import { recordId } from "../../event/index.ts";
import { counted } from "../../lib/counted.ts";
import { type Bearing, missingText, setBackText } from "../../report/index.ts";
import type { Lines } from "../lines.ts";
import { screenTime } from "./columns.ts";

/** Of more streams nobody reads each. */
const MAX_SAID = 5;

/** Says what is not here, and which clocks were set back. */
export function sayBearing({ clocks, missing }: Bearing, zone: string, warn: Lines["warn"]): void {
  const onScreen = (time: string): string => screenTime(time, zone);
  for (const clock of clocks.slice(0, MAX_SAID)) {
    const often = clock.times === 1 ? "" : `, the first of ${clock.times} times`;
    warn(
      `${setBackText(clock, onScreen)}${often}: its records stand in the order of their numbers, and count as of the latest time before them`,
    );
  }
  if (clocks.length > MAX_SAID) warn(`and of ${counted(clocks.length - MAX_SAID, "more stream")}`);
  for (const piece of missing.slice(0, MAX_SAID))
    warn(`${missingText(piece)}, and may have changed what is told here: otel-audit gaps`);
  if (missing.length > MAX_SAID)
    warn(`and records of ${counted(missing.length - MAX_SAID, "more stream")} are not here`);
}

/** The same for programs. */
export function bearingObjects(bearing: Bearing | undefined): object {
  const { clocks = [], missing = [] } = bearing ?? {};
  return {
    clocksSetBack: clockObjects(clocks),
    recordsMissing: missing.map(({ stream, first, last, count, since, until }) => ({
      stream,
      count,
      after: recordId(stream, first - 1),
      before: recordId(stream, last + 1),
      since,
      until,
    })),
  };
}

/** Clocks that were set back, for programs. */
export function clockObjects(clocks: Bearing["clocks"]): readonly object[] {
  return clocks.map(({ stream, first, from, to, times }) => ({
    stream,
    record: recordId(stream, first),
    from,
    to,
    times,
  }));
}
