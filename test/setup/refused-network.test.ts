import { expect, test } from "vitest";
import { checkFilesystem } from "../../src/journal/network-filesystem.ts";
import { AuditError } from "../../src/lib/errors.ts";
import type { FilesystemKind } from "../../src/lib/filesystem.ts";
import { isRefusedNetwork } from "../../src/setup/refused-network.ts";

/** A network filesystem cannot be mounted here: what the kernel would say of one. */
const nfs = (): FilesystemKind => ({ name: "NFS", isNetwork: "yes" });

test("a network filesystem that was refused is told from a directory that cannot be written", () => {
  const refused = ((): unknown => {
    try {
      return checkFilesystem("/audit", () => {}, nfs);
    } catch (error) {
      return error;
    }
  })();
  expect(refused).toBeInstanceOf(AuditError);
  if (!(refused instanceof AuditError)) return;
  expect(isRefusedNetwork("/audit", refused, nfs)).toBe(true);
  expect(isRefusedNetwork("/", refused)).toBe(false);
  const cause = new Error("EROFS");
  const unwritable = new AuditError("directory_unusable", "cannot write", { cause });
  expect(isRefusedNetwork("/audit", unwritable, nfs)).toBe(false);
});
