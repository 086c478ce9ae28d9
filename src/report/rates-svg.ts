/**
 * Rates as a picture: bars over time, one colour a group.
 *
 * Promise: one self-contained SVG without scripts, in the colours that its reader prefers, and nothing
 * of a record in it is mark-up.
 */
import { DateTime } from "luxon";
import { counted } from "../lib/counted.ts";
import { escapeMarkup } from "./markup.ts";
import type { Rates, RateSeries } from "./rates.ts";

const WIDTH = 960;
const HEIGHT = 420;
const PLOT = { left: 64, right: 20, top: 56, bottom: 56 };
/** Colours that people of every colour vision tell apart (Okabe and Ito), as they are on light and dark. */
const COLOURS: readonly (readonly [light: string, dark: string])[] = [
  ["#0072b2", "#56b4e9"],
  ["#d55e00", "#e69f00"],
  ["#009e73", "#2fc49a"],
  ["#cc79a7", "#e3a6c8"],
  ["#8a6d00", "#f0e442"],
  ["#56b4e9", "#9bd3f5"],
  ["#7a7a7a", "#b0b0b0"],
];
/** The last colour is of all other groups together. */
const MAX_GROUPS = COLOURS.length - 1;
const MAX_TIME_LABELS = 8;
const LEGEND_WIDTH = 172;
/** Characters of a name in the legend. */
const MAX_NAME = 18;

/** The picture. */
export function ratesSvg(rates: Rates, title: string): string {
  const series = drawnSeries(rates);
  const highest = Math.max(1, ...rates.starts.map((_, at) => sumAt(series, at)));
  const { step, top } = scaleOf(highest);
  const width = WIDTH - PLOT.left - PLOT.right;
  const legendRows = series.length < 2 ? 0 : Math.ceil(series.length / legendColumns());
  const height = HEIGHT + legendRows * 20;
  const base = HEIGHT - PLOT.bottom;
  const yOf = (count: number): number => base - (count / top) * (base - PLOT.top);
  const parts = [
    ...gridLines(step, top, yOf),
    ...timeLabels(rates, width, base),
    ...bars(rates, series, { width, yOf }),
    ...(legendRows === 0 ? [] : legend(series)),
  ];
  const what = `${counted(rates.events, "event")}, by ${rates.interval}${rates.by === undefined ? "" : ` and ${rates.by}`}, times of ${zoneName(rates)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title what">
<title id="title">${escapeMarkup(title)}</title>
<desc id="what">${escapeMarkup(what)}</desc>
<style>${STYLE}</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
<text class="title" x="${PLOT.left}" y="24">${escapeMarkup(title)}</text>
<text class="label" x="${PLOT.left}" y="42">${escapeMarkup(what)}</text>
${parts.join("\n")}
</svg>`;
}

function zoneName({ starts, zone }: Rates): string {
  const start = DateTime.fromISO(starts[0] ?? "", { setZone: true });
  return zone === "local" && start.isValid
    ? `UTC${start.toFormat("ZZ")}`
    : zone === "local"
      ? "here"
      : zone;
}

const colourRules = (which: 0 | 1): string =>
  COLOURS.map((pair, at) => `.g${at}{fill:${pair[which]}}`).join("");

const STYLE = `text{font-family:system-ui,sans-serif;fill:#1b1b1f}.title{font-size:18px;font-weight:600}.label{font-size:12px;fill:#55555e}.end{text-anchor:end}.middle{text-anchor:middle}.paper{fill:#fff}.grid{stroke:#dddde3}.axis{stroke:#77777f}${colourRules(0)}@media (prefers-color-scheme:dark){text{fill:#ececf1}.label{fill:#b4b4be}.paper{fill:#17171b}.grid{stroke:#33333b}.axis{stroke:#8a8a94}${colourRules(1)}}`;

function sumAt(series: readonly RateSeries[], at: number): number {
  return series.reduce((sum, { events }) => sum + (events[at] ?? 0), 0);
}

/** As many as there are colours; the rest is one. */
function drawnSeries({ series, starts, by }: Rates): readonly RateSeries[] {
  const named = series.map((one) => ({
    ...one,
    name: one.name === "" ? (by === undefined ? "all" : "(none)") : one.name,
  }));
  if (named.length <= MAX_GROUPS + 1) return named;
  const rest = named.slice(MAX_GROUPS);
  const events = starts.map((_, at) => sumAt(rest, at));
  const total = rest.reduce((sum, one) => sum + one.total, 0);
  return [...named.slice(0, MAX_GROUPS), { name: `${rest.length} others`, events, total }];
}

/** Round steps of 1, 2 or 5: at most six of them. */
function scaleOf(highest: number): { readonly step: number; readonly top: number } {
  const power = 10 ** Math.floor(Math.log10(highest / 5));
  const fitting = [1, 2, 5, 10].map((factor) => factor * power);
  const step = Math.max(1, fitting.find((one) => highest / one <= 6) ?? highest);
  return { step, top: Math.ceil(highest / step) * step };
}

function gridLines(step: number, top: number, yOf: (count: number) => number): readonly string[] {
  const right = WIDTH - PLOT.right;
  return Array.from({ length: Math.round(top / step) + 1 }, (_, at) => {
    const y = place(yOf(at * step));
    return `<line class="${at === 0 ? "axis" : "grid"}" x1="${PLOT.left}" x2="${right}" y1="${y}" y2="${y}"/><text class="label end" x="${PLOT.left - 8}" y="${place(yOf(at * step) + 4)}">${at * step}</text>`;
  });
}

const LABEL_FORMATS: Readonly<Record<Rates["interval"], string>> = {
  hour: "MM-dd HH:mm",
  day: "yyyy-MM-dd",
  week: "yyyy-MM-dd",
  month: "yyyy-MM",
  year: "yyyy",
};

function timeLabels({ starts, interval }: Rates, width: number, base: number): readonly string[] {
  const every = Math.max(1, Math.ceil(starts.length / MAX_TIME_LABELS));
  return starts.flatMap((start, at) => {
    if (at % every !== 0) return [];
    const x = place(PLOT.left + ((at + 0.5) / starts.length) * width);
    const text = DateTime.fromISO(start, { setZone: true }).toFormat(LABEL_FORMATS[interval]);
    return [
      `<line class="axis" x1="${x}" x2="${x}" y1="${base}" y2="${base + 5}"/><text class="label middle" x="${x}" y="${base + 20}">${escapeMarkup(text)}</text>`,
    ];
  });
}

interface Space {
  readonly width: number;
  readonly yOf: (count: number) => number;
}

function bars(
  { starts }: Rates,
  series: readonly RateSeries[],
  { width, yOf }: Space,
): readonly string[] {
  const pitch = width / Math.max(1, starts.length);
  const barWidth = Math.min(64, pitch > 4 ? pitch * 0.8 : pitch);
  return starts.flatMap((start, at) => {
    const x = PLOT.left + (at + 0.5) * pitch - barWidth / 2;
    let below = 0;
    return series.flatMap(({ name, events }, group) => {
      const count = events[at] ?? 0;
      if (count === 0) return [];
      const [from, to] = [yOf(below), yOf(below + count)];
      below += count;
      const said = escapeMarkup(`${start} ${name}: ${count}`);
      return [
        `<rect class="g${group}" x="${place(x)}" y="${place(to)}" width="${place(barWidth)}" height="${place(from - to)}"><title>${said}</title></rect>`,
      ];
    });
  });
}

function legendColumns(): number {
  return Math.floor((WIDTH - PLOT.left - PLOT.right) / LEGEND_WIDTH);
}

function legend(series: readonly RateSeries[]): readonly string[] {
  return series.map(({ name, total }, at) => {
    const x = PLOT.left + (at % legendColumns()) * LEGEND_WIDTH;
    const y = HEIGHT - 8 + Math.floor(at / legendColumns()) * 20;
    const characters = Array.from(name);
    const short =
      characters.length > MAX_NAME ? `${characters.slice(0, MAX_NAME - 1).join("")}…` : name;
    return `<rect class="g${at}" x="${x}" y="${y - 10}" width="12" height="12"/><text class="label" x="${x + 18}" y="${y}">${escapeMarkup(`${short} ${total}`)}<title>${escapeMarkup(name)}</title></text>`;
  });
}

function place(number: number): string {
  return String(Math.round(number * 100) / 100);
}
