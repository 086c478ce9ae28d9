/** For `vi.waitFor`: what is waited for comes soon, but the machine may stand still for a while. */
export const PATIENCE = { timeout: 60_000, interval: 50 } as const;
