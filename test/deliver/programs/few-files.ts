/** Keeps views while no file can be opened, then while some can; says what was said. */
import { closeSync, openSync } from "node:fs";
import { createViewKeeper } from "../../../src/deliver/index.ts";

const [directory = ""] = process.argv.slice(2);
const keeper = createViewKeeper({
  directory,
  format: "both",
  report: (line) => console.log(line),
});
// With everything loaded and open, so that nothing but the files of the directory is missing.
keeper.run({ isForced: true });
process.stdout.write("");
const open: number[] = [];
try {
  for (;;) open.push(openSync("/dev/null", "r"));
} catch {
  // That is all of them.
}
for (let at = 0; at < 50; at++) keeper.run({ isForced: false });
for (const fd of open) closeSync(fd);
keeper.run({ isForced: true });
keeper.close();
console.log("done");
