/** Filesystems of their own, to fail in: all of them need root on Linux. */
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryDirectory } from "./temporary-directory.ts";

/** A filesystem of its own that is small enough to fill; undefined where it cannot be mounted. */
export function smallDisk(size = "256k"): string | undefined {
  const path = join(temporaryDirectory(), "disk");
  mkdirSync(path);
  return mount(["-t", "tmpfs", "-o", `size=${size}`, "tmpfs"], path) ? path : undefined;
}

/** Takes all the room that there is, and gives it back. */
export function fill(path: string): { readonly free: () => void } {
  const filler = join(path, "filler");
  const fd = openSync(filler, "w");
  const { bsize } = statfsSync(path);
  for (let size = 1 << 20; size >= bsize;) {
    try {
      if (writeSync(fd, Buffer.alloc(size)) < size) size >>= 1;
    } catch {
      size >>= 1;
    }
  }
  closeSync(fd);
  return { free: () => rmSync(filler) };
}

/** A filesystem that can be made to fail as a broken disk does. */
export interface FailingDisk {
  readonly path: string;
  /** `read-only`: the kernel remounts it (EROFS). `shut down`: everything fails with EIO. */
  readonly fail: (how: "read-only" | "shut down") => void;
  /** Mounts what is on the disk anew, over the failed one. */
  readonly repair: () => void;
}

/** ext4 in a file; undefined where it cannot be mounted. */
export function failingDisk(): FailingDisk | undefined {
  const folder = temporaryDirectory();
  const image = join(folder, "image");
  const path = join(folder, "disk");
  mkdirSync(path);
  if (!makeExt4(image, 32 << 20)) return undefined;
  if (!mount(["-o", "loop,errors=remount-ro", image], path)) return undefined;
  return {
    path,
    fail(how) {
      if (how === "read-only") {
        const device = run("findmnt", ["-n", "-o", "SOURCE", path]).trim();
        writeFileSync(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, "1");
      } else {
        // EXT4_IOC_SHUTDOWN, with its journal flushed: linux/fs/ext4/ext4.h.
        run("python3", ["-c", SHUT_DOWN, path]);
      }
    },
    repair() {
      // A copy: the failed filesystem is still there, under the new one, and has its image open.
      run("cp", ["--sparse=always", image, `${image}.copy`]);
      if (!mount(["-o", "loop", `${image}.copy`], path))
        throw new Error(`${image} cannot be mounted again`);
    },
  };
}

const SHUT_DOWN =
  "import fcntl,os,struct,sys; fcntl.ioctl(os.open(sys.argv[1],os.O_RDONLY),0x8004587d,struct.pack('I',1))";

/** ext4 in a file that has no room for its data: a write succeeds, and its sync fails. */
export function overbookedDisk(): { readonly path: string; readonly under: string } | undefined {
  const under = smallDisk("24m");
  if (under === undefined) return undefined;
  const path = join(under, "..", "over");
  mkdirSync(path);
  const image = join(under, "image");
  // Without a journal of its own, whose loss would make it read-only.
  if (!makeExt4(image, 64 << 20, ["-O", "^has_journal"])) return undefined;
  return mount(["-o", "loop,nodiscard,errors=continue", image], path) ? { path, under } : undefined;
}

/** A subvolume with a limit of its own, which the kernel refuses to exceed (EDQUOT). */
export function quotaDisk(limit: string): string | undefined {
  const folder = temporaryDirectory();
  const image = join(folder, "image");
  const path = join(folder, "disk");
  const limited = join(path, "limited");
  mkdirSync(path);
  run("truncate", ["-s", "128M", image]);
  if (spawnSync("mkfs.btrfs", ["-q", image]).status !== 0) return undefined;
  if (!mount(["-o", "loop", image], path)) return undefined;
  run("btrfs", ["quota", "enable", path]);
  run("btrfs", ["subvolume", "create", limited]);
  run("btrfs", ["qgroup", "limit", limit, limited]);
  return limited;
}

function makeExt4(image: string, bytes: number, more: readonly string[] = []): boolean {
  run("truncate", ["-s", String(bytes), image]);
  const { status } = spawnSync(
    "mkfs.ext4",
    ["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", ...more, image],
    { env: { ...process.env, UNIX_IO_NOZEROOUT: "1" } },
  );
  return status === 0;
}

function mount(args: readonly string[], path: string): boolean {
  if (spawnSync("mount", [...args, path]).status !== 0) return false;
  onTestFinished(() => {
    // Not while a process of the test is in it: those were ended before.
    for (let tries = 0; tries < 3 && isMounted(path); tries++) spawnSync("umount", ["-l", path]);
  });
  return true;
}

function isMounted(path: string): boolean {
  return readFileSync("/proc/mounts", "utf8").includes(` ${path} `);
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  return stdout;
}
