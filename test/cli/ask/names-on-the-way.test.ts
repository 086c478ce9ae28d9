import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { namesOnTheWay } from "../../../src/cli/ask/names-on-the-way.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** As the system gives it: undefined where a path leads nowhere. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

test("the last name is where the system goes, whatever links there are", () => {
  const word = fc.constantFrom("a", "b", "c", ".", "..", "");
  const path = fc.array(word, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
  const links = fc.dictionary(
    fc.constantFrom("a", "b", "c", "d/a", "d/b", "d/c"),
    fc.tuple(fc.boolean(), path),
    { maxKeys: 6 },
  );
  let found = 0;
  fc.assert(
    fc.property(links, path, (targets, asked) => {
      const root = realpathSync(temporaryDirectory());
      mkdirSync(join(root, "d"));
      for (const [name, [isWhole, target]] of Object.entries(targets))
        symlinkSync(isWhole ? `${root}/d/${target}` : target || ".", join(root, name));
      for (const name of ["a", "b", "c"])
        if (targets[`d/${name}`] === undefined) writeFileSync(join(root, "d", name), "");
      for (const each of [`${root}/${asked}`, `${root}/d/${asked}`]) {
        const real = realPath(each);
        if (real === undefined) namesOnTheWay(each);
        else expect(namesOnTheWay(each).at(-1)).toBe(real);
        if (real !== undefined) found++;
      }
    }),
    { numRuns: 500 },
  );
  expect(found).toBeGreaterThan(100);
});

test("every link on the way has its name", () => {
  const root = realpathSync(temporaryDirectory());
  mkdirSync(join(root, "disk"));
  symlinkSync("disk", join(root, "one"));
  symlinkSync(join(root, "one"), join(root, "two"));
  expect(namesOnTheWay(`${root}/two/x/../file`)).toEqual(
    ["two/file", "two/file", "one/file", "disk/file"].map((name) => join(root, name)),
  );
});

test("links that lead to themselves end", () => {
  const root = temporaryDirectory();
  symlinkSync("b", join(root, "a"));
  symlinkSync("a", join(root, "b"));
  expect(namesOnTheWay(join(root, "a")).length).toBeLessThan(50);
});
