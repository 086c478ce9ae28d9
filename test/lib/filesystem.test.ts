import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAudit } from "otel-audit";
import {
  filesystemKindOf,
  freeSpaceOf,
  kindOfMagic,
  mountTypeOf,
} from "../../src/lib/filesystem.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test.skipIf(process.platform !== "linux")(
  "a filesystem that tells of no blocks is not full",
  () => {
    expect(freeSpaceOf("/proc")).toEqual({ freeBytes: Infinity, totalBytes: 0 });
  },
);

describe("what statfs says", () => {
  test.each<[number, string, "yes" | "no"]>([
    [0x6969, "NFS", "yes"],
    [0x517b, "SMB", "yes"],
    [0xff534d42, "CIFS", "yes"],
    [-11317950, "CIFS", "yes"],
    [0xfe534d42, "SMB2", "yes"],
    [0x5346414f, "AFS", "yes"],
    [0x01021997, "9p", "yes"],
    [0x00c36400, "Ceph", "yes"],
    [0xef53, "0xef53", "no"],
    [0x01021994, "0x1021994", "no"],
    [0x794c7630, "0x794c7630", "no"],
  ])("%i is %s", (magic, name, isNetwork) =>
    expect(kindOfMagic(magic, () => undefined)).toEqual({ name, isNetwork }),
  );

  test.each<[string | undefined, "yes" | "maybe" | "no"]>([
    ["fuse.sshfs", "yes"],
    ["fuse.s3fs", "yes"],
    ["fuse.glusterfs", "yes"],
    ["fuse.gcsfuse", "yes"],
    ["virtiofs", "no"],
    ["fuseblk", "no"],
    ["fuse.fuse-overlayfs", "maybe"],
    [undefined, "maybe"],
  ])("FUSE with %s", (type, isNetwork) =>
    expect(kindOfMagic(0x65735546, () => type)).toMatchObject({ isNetwork }),
  );
});

test("the mount of a path is the longest one, and of two the later", () => {
  const mountinfo = [
    "22 1 254:0 / / rw - ext4 /dev/vda rw",
    "23 22 0:40 / /srv/my\\040data rw shared:1 - fuse.sshfs host:/ rw",
    "24 22 0:41 / /srv rw - tmpfs tmpfs rw",
    "25 22 0:42 / /srv rw - fuse.bindfs bindfs rw",
  ].join("\n");
  expect(mountTypeOf("/srv/my data/audit", mountinfo)).toBe("fuse.sshfs");
  expect(mountTypeOf("/srv/other", mountinfo)).toBe("fuse.bindfs");
  expect(mountTypeOf("/srvother", mountinfo)).toBe("ext4");
  expect(mountTypeOf("/srv", "")).toBeUndefined();
});

test("the disk of this machine is none of a network", () =>
  expect(filesystemKindOf(temporaryDirectory()).isNetwork).not.toBe("yes"));

/** A directory shown through FUSE under the name of a type; undefined where that cannot be had. */
function fuseMount(subtype: string): string | undefined {
  const root = temporaryDirectory();
  const [behind, point] = [join(root, "behind"), join(root, "point")];
  mkdirSync(behind);
  mkdirSync(point);
  const { status } = spawnSync("bindfs", ["-o", `subtype=${subtype}`, behind, point]);
  if (status !== 0) return undefined;
  onTestFinished(() => void spawnSync("umount", ["-l", point]));
  return point;
}

describe("a directory behind FUSE", () => {
  test("named like a network filesystem: refused, unless it is allowed; then it works", async (context) => {
    const point = fuseMount("sshfs");
    if (point === undefined) {
      console.warn(
        "test/lib/filesystem.test.ts: SKIPPED, NOT TESTED: FUSE mounts need bindfs and root",
      );
      context.skip();
      return;
    }
    const directory = join(point, "audit");
    const options = { directory, format: "both", policy: { version: 1 } } as const;
    await expect(createAudit(options)).rejects.toMatchObject({
      code: "directory_unusable",
      message: expect.stringMatching(
        /network filesystem \(fuse\.sshfs\).*AUDIT_ALLOW_NETWORK_FILESYSTEM=on/,
      ) as string,
    });
    const audit = await createAudit({ ...options, journal: { allowNetworkFilesystem: true } });
    const { synced } = await audit.record({ action: "pause", actor: "ann" });
    expect(synced).toBe(true);
    await audit.close();
    expect(readFileSync(join(directory, "audit_log.csv"), "utf8")).toContain("pause");
  });

  test("of a kind that nobody knows: a line, and it works", async (context) => {
    const point = fuseMount("something");
    if (point === undefined) {
      context.skip();
      return;
    }
    writeFileSync(join(point, "probe"), "");
    const audit = await createAudit({
      directory: point,
      format: "journal",
      policy: { version: 1 },
    });
    expect((await audit.record({ action: "pause", actor: "ann" })).synced).toBe(true);
    await audit.close();
  });
});
