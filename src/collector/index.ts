/** What a Collector needs of us before it starts. */
export { type Prepared, prepareCollectorDirectory } from "./prepare.ts";
