/** Bodies that stores and forms treat differently: lists, nulls, numbers, markup, letters, empty values. */
import type { BodyMap } from "../../src/event/index.ts";

/** One of each kind. No list of one null: VictoriaLogs writes it like an empty one. */
export const ODD_DETAILS: readonly BodyMap[] = [
  {},
  { small: 1e-7, large: 1e21, minus: -0.5, zero: 0, beyond: 9_007_199_254_740_991, on: false },
  { empty: "", nothing: null, map: {}, list: [], nulls: [null, 1, null], maps: [{ k: null }, {}] },
  { markup: "<b>&amp;'\"</b>", lines: "a\r\nb\tc\u2028d\u2029e", back: '\\\\"', control: "\u0001" },
  {
    ключ: "значение",
    слов: "one key for both",
    face: "😀 é e\u0301",
    "a.b": "a dot",
    deep: { er: { "": "no name" } },
  },
  {
    texts: ["<&>", "\u2028", "é", ""],
    numbers: [1e-7, 1e21, -0, 3],
    mixed: [1, "1", true, [null, 2], []],
  },
  { formula: "=1+1", plus: "+1", minus2: "-5", at: "@x", quote: "'x", json: '{"b":1,"a":[2]}' },
  {
    "client.id": "of the body",
    message: "m",
    level: "warn",
    trace_id: "t",
    time: "now",
    _msg: "x",
  },
];
