/** Runs all endings one after the other, and prints what the clients learned. */
import { endingsOf, runEnding } from "../../capture/endings.ts";

// Some endings are rejections of handlers.
process.on("unhandledRejection", () => {});

export async function runAll(grpc) {
  for (const ending of endingsOf(grpc)) {
    const { code, messages } = await runEnding(grpc, ending);
    console.log(JSON.stringify({ ending: `${ending.kind} ${ending.name}`, code, messages }));
  }
  // Spans that are exported in batches or at the end go with the loop.
}
