import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { expect, onTestFinished, test, vi } from "vitest";
import { newSalt } from "../../src/seal/salts.ts";

test("22 characters of base64url each, never the same twice", () => {
  // More than one request to the source of randomness.
  const salts = Array.from({ length: 5000 }, newSalt);
  for (const salt of salts) expect(salt).toMatch(/^[A-Za-z0-9_-]{22}$/);
  expect(new Set(salts).size).toBe(salts.length);
  const characters = new Set(salts.join(""));
  expect(characters.size).toBe(64);
});

test("one request to the source of randomness serves 1024 of them", () => {
  const asked = vi.spyOn(crypto, "randomBytes");
  syncBuiltinESMExports();
  onTestFinished(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });
  for (let drawn = 0; drawn < 4096; drawn++) newSalt();
  expect(asked.mock.calls).toHaveLength(4);
});
