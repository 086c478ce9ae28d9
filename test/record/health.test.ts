/** Which facts make which state. */
import { expect, test } from "vitest";
import {
  type AuditHealth,
  healthOf,
  type HealthState,
  type ShippingHealth,
} from "../../src/record/index.ts";

type Facts = Parameters<typeof healthOf>[0];

const FINE: Facts = {
  isClosed: false,
  failing: undefined,
  recorded: 9,
  written: 9,
  synced: 9,
  lost: 0,
  unconfirmed: 0,
  refused: 0,
  openCalls: 0,
  shipping: undefined,
};

const MINUTE = 60_000;

const shipping = (given: Partial<ShippingHealth>): Facts => ({
  ...FINE,
  shipping: {
    isShipping: true,
    shipped: 0,
    unreadable: 0,
    quarantined: 0,
    backlogRecords: 0,
    backlogBytes: 0,
    backlogAgeMillis: 0,
    lastSuccessMillis: undefined,
    problem: undefined,
    ...given,
  },
});

test.each<[string, Facts, HealthState, AuditHealth["problems"]]>([
  ["all is well", FINE, "green", []],
  ["records were lost", { ...FINE, lost: 2 }, "yellow", ["2 records were lost"]],
  ["syncs failed", { ...FINE, unconfirmed: 3 }, "yellow", ["3 records may not survive power loss"]],
  ["calls were refused", { ...FINE, refused: 1 }, "yellow", ["1 call was refused"]],
  [
    "the disk is full, and records were lost",
    { ...FINE, failing: "no space", lost: 1 },
    "red",
    ["no space", "1 record was lost"],
  ],
  ["closed", { ...FINE, isClosed: true }, "red", ["the audit log is closed"]],
  [
    "lines that are no records",
    shipping({ unreadable: 2 }),
    "yellow",
    ["2 lines of the journal are no records and were not shipped"],
  ],
  [
    "a refused record where there is no directory",
    { ...shipping({ quarantined: 1 }), isInMemory: true },
    "yellow",
    ["1 record was refused by the receiver and is lost: there is no directory"],
  ],
  [
    "a receiver that is down for a moment",
    shipping({ backlogRecords: 5, backlogAgeMillis: 5 * MINUTE, problem: "503" }),
    "green",
    [],
  ],
  [
    "a receiver that is down for long",
    shipping({ backlogRecords: 5, backlogAgeMillis: 65.5 * MINUTE, problem: "503" }),
    "yellow",
    ["5 records wait to be shipped, the oldest for 65 min: 503"],
  ],
  [
    "a backlog that only takes its time",
    shipping({ backlogRecords: 5, backlogAgeMillis: 5 * MINUTE + 1 }),
    "yellow",
    ["5 records wait to be shipped, the oldest for 5 min"],
  ],
  [
    "records in quarantine",
    shipping({ quarantined: 4 }),
    "yellow",
    ["4 records were refused by the receiver and stand in quarantine/"],
  ],
])("%s", (_, facts, state, problems) => {
  expect(healthOf(facts)).toMatchObject({ state, problems });
});
