import { readlinkSync } from "node:fs";
import { dirname, isAbsolute, join, parse, resolve, sep } from "node:path";

/** Linux follows as many, and refuses the next one. */
const MAX_LINKS = 40;

/**
 * What a path is called on the way to what it names: as it was given, and behind each link that is followed,
 * the last one being its own name. As the system goes, and not as the text reads: `..` behind a link is above
 * where that leads. `realpath` gives the last one alone, and none where a link leads nowhere.
 */
export function namesOnTheWay(path: string): readonly string[] {
  const names = [resolve(path)];
  const whole = isAbsolute(path) ? path : `${process.cwd()}${sep}${path}`;
  const left = partsOf(whole);
  let at = parse(whole).root;
  for (let links = 0; left.length > 0;) {
    const part = left.shift() ?? "";
    if (part === "..") at = dirname(at);
    if (part === "" || part === "." || part === "..") continue;
    const next = join(at, part);
    const target = linkAt(next);
    if (target === undefined) {
      at = next;
      continue;
    }
    names.push(join(next, ...left));
    if (++links > MAX_LINKS) return names;
    if (isAbsolute(target)) at = parse(target).root;
    left.unshift(...partsOf(target));
  }
  return [...names, at];
}

function partsOf(path: string): string[] {
  return path.slice(parse(path).root.length).split(sep);
}

/** Where it leads; undefined: it is no link, or nobody may look. */
function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
