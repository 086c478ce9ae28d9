/** OTLP JSON made by hand: attributes of any shape, which no exporter of ours would send. */
import type { BodyMap, BodyValue } from "../../src/event/index.ts";
import { resultRecord } from "./posted-records.ts";

/** A value as OTLP JSON has it. */
export function anyValue(value: BodyValue): object {
  if (value === null) return {};
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") {
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  return Array.isArray(value)
    ? { arrayValue: { values: value.map(anyValue) } }
    : { kvlistValue: { values: keyValues(value as BodyMap) } };
}

/** Attributes as OTLP JSON has them. */
export function keyValues(map: Readonly<Record<string, BodyValue>>): readonly object[] {
  return Object.entries(map).map(([key, value]) => ({ key, value: anyValue(value) }));
}

/** What every record of a trail has, with an id of its own. */
export function sealedAttributes(sequence: number): Readonly<Record<string, BodyValue>> {
  return resultRecord(sequence).attributes;
}

/** Posts a request over OTLP/HTTP; gives the status. 200 is accepted, not yet in a file. */
export async function postOtlp(url: string, request: object): Promise<number> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  await response.text();
  return response.status;
}
