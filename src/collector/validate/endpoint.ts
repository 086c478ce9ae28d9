import ipaddr from "ipaddr.js";
import { knownText, type Located } from "./located.ts";

/** An address as an exporter calls it or a receiver listens on it. */
export interface Endpoint {
  /** "http" of `http://…`; empty where there is none. */
  readonly scheme: string;
  /** Without brackets. Empty: every interface. */
  readonly host: string;
  readonly port: string;
}

/** An address taken apart; undefined for a socket file, or where it cannot be known. */
export function endpointOf(node: Located | undefined, byDefault?: string): Endpoint | undefined {
  const text = knownText(node) ?? (node === undefined ? byDefault : undefined);
  if (text === undefined || /^(?:unix:|\/)/.test(text)) return undefined;
  const [, scheme = "", authority = ""] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/\/?)?([^/?#]*)/.exec(text) ?? [];
  // Of several hosts, the first stands for all.
  const [address = ""] = authority.slice(authority.lastIndexOf("@") + 1).split(",");
  const [, bracketed, plain = "", port = ""] =
    /^(?:\[([^\]]*)\]|([^:]*))(?::(\w*))?$/.exec(address) ?? [];
  // More than one colon and no brackets: IPv6 without a port.
  const isBareIpv6 = bracketed === undefined && plain === "" && ipaddr.isValid(address);
  return isBareIpv6
    ? { scheme, host: address, port: "" }
    : { scheme, host: bracketed ?? plain, port };
}

/** Whether an address listens on every interface. */
export function isEverywhere({ host }: Endpoint): boolean {
  return host === "" || host === "*" || rangeOf(host) === "unspecified";
}

/** Whether only programs of this machine reach, or are reached by, a host. */
export function isLoopback(host: string): boolean {
  return host.toLowerCase() === "localhost" || rangeOf(host) === "loopback";
}

function rangeOf(host: string): string {
  return ipaddr.isValid(host) ? ipaddr.process(host).range() : "";
}
