import type { Shipper, ShipStatus } from "../deliver/index.ts";
import { millisOfIso } from "../lib/clock.ts";
import type { ShippingHealth } from "../record/index.ts";

/** A shipper that may be able to say how it stands. */
export type StatusSource = Shipper & { readonly status?: () => ShipStatus };

/** What is known of a shipper that cannot say. */
const UNKNOWN: ShipStatus = {
  isShipping: false,
  shipped: 0,
  quarantined: 0,
  backlogRecords: 0,
  backlogBytes: 0,
  oldestTime: undefined,
  lastSuccessMillis: undefined,
  problem: undefined,
};

/**
 * How shipping stands at a time; undefined where nothing is shipped.
 *
 * @param nowMillis wall clock. Where it was set back, nothing is older than it.
 */
export function shippingHealth(
  shipper: StatusSource | undefined,
  nowMillis: number,
): ShippingHealth | undefined {
  if (shipper === undefined) return undefined;
  const { oldestTime, ...status } = shipper.status?.() ?? UNKNOWN;
  const since = oldestTime === undefined ? undefined : millisOfIso(oldestTime);
  return {
    ...status,
    backlogAgeMillis: since === undefined ? 0 : Math.max(0, nowMillis - since),
  };
}
