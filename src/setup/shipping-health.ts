import type { Shipper } from "../deliver/index.ts";
import { millisOfIso } from "../lib/clock.ts";
import type { ShippingHealth } from "../record/index.ts";

/**
 * How shipping stands at a time; undefined where nothing is shipped.
 *
 * @param nowMillis wall clock. Where it was set back, nothing is older than it.
 */
export function shippingHealth(
  shipper: Pick<Shipper, "status"> | undefined,
  nowMillis: number,
): ShippingHealth | undefined {
  if (shipper === undefined) return undefined;
  const { oldestTime, ...status } = shipper.status();
  const since = oldestTime === undefined ? undefined : millisOfIso(oldestTime);
  return {
    ...status,
    backlogAgeMillis: since === undefined ? 0 : Math.max(0, nowMillis - since),
  };
}
