/** What rules of a policy of one's own are to take out of attributes of any shape. */
import type { BodyMap } from "../../../src/event/index.ts";
import { type LoadedRedaction, redactionOfObject } from "../../../src/redact/index.ts";

/** The rules of the cases: whole names and whole texts by anchors, as people write them. */
export const POLICY: LoadedRedaction = redactionOfObject({
  version: 1,
  keys: [
    { regex: "^zebra$" },
    { regex: "^(emu|gnu)$" },
    { regex: "(^okapi|^kudu$)" },
    { names: ["favourite_colour", "*_badge", "outer"] },
  ],
  values: [
    { name: "customer", regex: "^C-[0-9]{6}$" },
    { name: "employee", regex: "EMP[0-9]{4}$" },
    { name: "seven", regex: "^[0-9]{7}$" },
    { name: "tag", regex: 'id="[0-9]+"' },
    { name: "visitor", regex: "(^|,)V-[0-9]{4}(,|$)" },
  ],
});

/** Attributes, with what must go and what must stay. */
export interface PolicyCase {
  readonly id: string;
  readonly given: BodyMap;
  readonly secrets: readonly string[];
  readonly kept: readonly string[];
}

type Row = readonly [id: string, given: BodyMap, secrets: string, kept?: string];

const ROWS: readonly Row[] = [
  ["a name at the top", { zebra: "stripes01" }, "stripes01"],
  ["a name in a map", { m: { zebra: "stripes02", other: "stays02" } }, "stripes02", "stays02"],
  ["a name in a map of a list", { l: [1, { zebra: "stripes03" }] }, "stripes03"],
  ["a name in a list of a list", { l: [[{ zebra: "stripes04" }]] }, "stripes04"],
  ["one of two names", { m: { gnu: "stripes05", emu: "stripes06" } }, "stripes05 stripes06"],
  [
    "an anchor in each branch",
    { m: { kudu: "stripes07", okapi: "stripes08" } },
    "stripes07 stripes08",
  ],
  ["a longer name", { m: { zebras: "stays09" } }, "", "stays09"],
  ["a map under a name", { favourite_colour: { a: "blue10" } }, "blue10"],
  ["a list under a name", { favourite_colour: ["blue11", "blue12"] }, "blue11 blue12"],
  ["a list of maps under a name", { favourite_colour: [{ a: "blue13" }] }, "blue13"],
  ["a map under a name in a map", { m: { favourite_colour: { a: { b: "blue14" } } } }, "blue14"],
  ["a map under a pattern", { m: { zebra: { a: "blue15" } } }, "blue15"],
  ["a map under a glob", { m: { door_badge: { a: "blue16" } } }, "blue16"],
  ["a text", { c: "C-111101" }, "C-111101"],
  ["a text in a map", { m: { c: "C-111102" } }, "C-111102"],
  ["texts in a list", { c: ["C-111103", "C-111104"] }, "C-111103 C-111104"],
  [
    "texts in a list of lists",
    { c: [["C-111105"], ["C-111106", "stays16"]] },
    "C-111105 C-111106",
    "stays16",
  ],
  ["a longer text", { c: "see C-111107 there" }, "", "C-111107"],
  ["a longer text in a list", { c: ["see C-111108 there"] }, "", "C-111108"],
  ["the end of a text", { c: "by EMP7701" }, "EMP7701"],
  ["the end of a text in a list", { c: ["by EMP7702", "x"] }, "EMP7702"],
  ["not the end of a text in a list", { c: ["EMP7703 came", "x"] }, "", "EMP7703"],
  ["an anchor or a comma", { c: ["V-1101", "x,V-1102", "V-1103,x"] }, "V-1101 V-1102 V-1103"],
];

const words = (text: string): readonly string[] => text.split(" ").filter((each) => each !== "");

/** A case for each place of a name, and for each place of a text. */
export const POLICY_CASES: readonly PolicyCase[] = ROWS.map(([id, given, secrets, kept = ""]) => ({
  id,
  given,
  secrets: words(secrets),
  kept: words(kept),
}));

/** Where the Collector does otherwise than the process: attributes, a text of them, and who lets it through. */
export const POLICY_DIFFERENCES: readonly (readonly [
  id: string,
  given: BodyMap,
  text: string,
  letBy: "process" | "Collector",
])[] = [
  ["a part of a name that came with its dots", { "outer.name": "stays51" }, "stays51", "process"],
  ["a whole text in quotes", { t: 'say "C-111152"' }, "C-111152", "process"],
  ["a number in a list", { n: [1, 7654353] }, "7654353", "Collector"],
  ["what JSON escapes in a list", { t: ['see id="5554"'] }, "5554", "Collector"],
  ["what is below a built-in name", { token: { a: "stripes56" } }, "stripes56", "Collector"],
  ["a pattern of names in a text", { t: "zebra=stripes55" }, "stripes55", "Collector"],
];
