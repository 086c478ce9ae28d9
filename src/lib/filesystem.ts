import { readFileSync, realpathSync, statfsSync } from "node:fs";
import { resolve } from "node:path";

/** How much room a filesystem has. */
export interface FreeSpace {
  /** Bytes that this user may still write; infinity where the filesystem does not say. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** What a filesystem is. */
export interface FilesystemKind {
  /** As in `NFS` or `fuse.sshfs`. */
  readonly name: string;
  /** `maybe`: FUSE, where the kernel does not know what is behind it. */
  readonly isNetwork: "yes" | "maybe" | "no";
}

/**
 * `statfs` magic numbers of filesystems whose files are on another machine (Linux:
 * include/uapi/linux/magic.h and the filesystems' own headers).
 */
const NETWORK_MAGIC: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x564c, "NCP"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x73757245, "Coda"],
  [0x01021997, "9p"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
]);
const FUSE_MAGIC = 0x65735546;

/** FUSE filesystems whose files are on another machine, by the name that their mount has. */
const NETWORK_FUSE =
  /^fuse\.(?:sshfs|s3fs|mount-s3|goofys|gcsfuse|blobfuse2?|rclone|glusterfs|ceph(?:-fuse)?|juicefs|davfs2?|curlftpfs|mfs|moosefs|lizardfs|seaweedfs|weed|cvmfs2?|gvfsd-fuse|nfs|smbnetfs|hdfs|fuse_dfs)$/;

/** Room on the filesystem of a path. Throws the system error where there is no such path. */
export function freeSpaceOf(path: string): FreeSpace {
  const { bavail, blocks, bsize } = statfsSync(path);
  // Without a limit (tmpfs with size=0), or a FUSE filesystem that does not answer.
  if (blocks === 0) return { freeBytes: Number.POSITIVE_INFINITY, totalBytes: 0 };
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** What the filesystem of a path is, as far as the kernel tells. Only Linux does. */
export function filesystemKindOf(path: string): FilesystemKind {
  if (process.platform !== "linux") return { name: "unknown", isNetwork: "no" };
  return kindOfMagic(statfsSync(path).type, () => mountTypeOf(realpathSync(path), readMounts()));
}

/** The kind that a `statfs` type says; FUSE alone asks for the type of the mount. */
export function kindOfMagic(magic: number, mountType: () => string | undefined): FilesystemKind {
  // f_type is a signed word on some architectures.
  const name = NETWORK_MAGIC.get(magic >>> 0);
  if (name !== undefined) return { name, isNetwork: "yes" };
  if (magic >>> 0 !== FUSE_MAGIC)
    return { name: `0x${(magic >>> 0).toString(16)}`, isNetwork: "no" };
  const type = mountType() ?? "fuse";
  if (NETWORK_FUSE.test(type)) return { name: type, isNetwork: "yes" };
  // virtiofs is the host's disk, fuseblk a disk of this machine.
  const isLocal = type === "virtiofs" || type === "fuseblk";
  return { name: type, isNetwork: isLocal ? "no" : "maybe" };
}

function readMounts(): string {
  try {
    return readFileSync("/proc/self/mountinfo", "utf8");
  } catch {
    return "";
  }
}

/**
 * Type of the mount that a path is on, as in `fuse.sshfs`.
 *
 * @param mountinfo text of /proc/self/mountinfo (proc(5)).
 */
export function mountTypeOf(path: string, mountinfo: string): string | undefined {
  const absolute = `${resolve(path)}/`;
  let best = "";
  let found: string | undefined;
  for (const line of mountinfo.split("\n")) {
    const [before = "", after] = line.split(" - ");
    const point = unescapeOctal(before.split(" ")[4] ?? "");
    if (point === "" || after === undefined) continue;
    const prefix = point.endsWith("/") ? point : `${point}/`;
    // The last one of equal length covers those before it.
    if (!absolute.startsWith(prefix) || prefix.length < best.length) continue;
    best = prefix;
    found = after.split(" ")[0];
  }
  return found;
}

function unescapeOctal(text: string): string {
  return text.replace(/\\(\d{3})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
