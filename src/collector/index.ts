/** What a Collector needs of us before it starts. */
export {
  COLLECTOR_CSV,
  COLLECTOR_JSON,
  COLLECTOR_QUEUE,
  type Prepared,
  prepareCollectorDirectory,
} from "./prepare.ts";
