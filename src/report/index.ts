/**
 * What records say together: counts, rates, documents.
 *
 * In: records, or the sources of a trail and a query. Out: data, and documents as text. Nothing is written.
 */
export { groupKeyOf, summariseTrail, type Total, type TrailSummary } from "./summary.ts";
export { countRates, type RateInterval, type Rates, type RateSeries } from "./rates.ts";
export { ratesSvg } from "./rates-svg.ts";
