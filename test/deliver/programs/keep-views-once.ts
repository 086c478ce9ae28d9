/** Brings the views of a directory up to date, once. */
import { createViewKeeper } from "../../../src/deliver/index.ts";

const [directory = ""] = process.argv.slice(2);
const keeper = createViewKeeper({
  directory,
  format: "both",
  report: (line) => console.log(line),
  fileChanged: ({ file, change }) => console.log(`${file}: ${change}`),
});
keeper.run({ isForced: true });
keeper.close();
