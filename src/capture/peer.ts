import ipaddr from "ipaddr.js";

/** The same clients call again and again; parsing an address costs more than looking it up. */
const MAX_KNOWN_ADDRESSES = 1000;
const knownPeers = new Map<string, Peer>();

/** Where a call came from. */
export interface Peer {
  /** IP address without port; absent where grpc-js does not know it. */
  readonly address?: string;
  readonly port?: number;
}

/**
 * The peer as grpc-js names it: `address:port`, also for IPv6. It says `unknown` for a Unix socket,
 * and just so for a TCP connection that was reset before anybody asked: nothing may follow from it.
 */
export function parsePeer(text: string): Peer {
  const before = knownPeers.get(text);
  if (before !== undefined) return before;
  const peer = readPeer(text);
  // The calls of one connection come from one peer. All at once, so that none is kept for ever.
  if (knownPeers.size >= MAX_KNOWN_ADDRESSES) knownPeers.clear();
  knownPeers.set(text, peer);
  return peer;
}

function readPeer(text: string): Peer {
  const colon = text.lastIndexOf(":");
  const address = colon < 0 ? text : text.slice(0, colon);
  const bare = address.replace(/^\[|\]$/g, "");
  if (!ipaddr.isValid(bare)) return {};
  const port = Number(text.slice(colon + 1));
  // ::ffff:127.0.0.1 is 127.0.0.1 (RFC 4291, section 2.5.5.2).
  return { address: ipaddr.process(bare).toString(), ...(Number.isInteger(port) ? { port } : {}) };
}

/** A check of a peer against an address or a range. */
export type PeerFilter = (peer: Peer) => boolean;

/**
 * Compiles an address or CIDR range. A peer without an address is in none of them.
 *
 * @throws {Error} naming the entry that is neither.
 */
export function compilePeerFilter(entry: string): PeerFilter {
  if (ipaddr.isValidCIDR(entry)) {
    const [network, bits] = ipaddr.parseCIDR(entry);
    const known = new Map<string, boolean>();
    return ({ address }) => {
      if (address === undefined) return false;
      const before = known.get(address);
      if (before !== undefined) return before;
      const isInside = isInRange(address, network, bits);
      if (known.size < MAX_KNOWN_ADDRESSES) known.set(address, isInside);
      return isInside;
    };
  }
  // "127" and "0x7f000001" are addresses to some tools: here they are slips.
  if (ipaddr.IPv4.isValidFourPartDecimal(entry) || ipaddr.IPv6.isValid(entry)) {
    const wanted = ipaddr.process(entry).toString();
    return ({ address }) => address === wanted;
  }
  throw new Error(
    `${JSON.stringify(entry)} is no address: use an IP address, a range such as 10.0.0.0/8, ` +
      "or a client certificate as in { mtls: { subject.CN: gateway } }",
  );
}

/** Whether an address or host name is this machine's own. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  return (
    host === "localhost" || (ipaddr.isValid(bare) && ipaddr.process(bare).range() === "loopback")
  );
}

function isInRange(address: string, network: ipaddr.IPv4 | ipaddr.IPv6, bits: number): boolean {
  const parsed = ipaddr.process(address);
  return parsed.kind() === network.kind() && parsed.match(network, bits);
}
