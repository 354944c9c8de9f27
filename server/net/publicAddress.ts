/** Which addresses lie in the open internet: what a message may be sent to without a word in the configuration. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Of a cloud's own host, though its number is a public one (Azure's WireServer; learn.microsoft.com, 2025). */
const PLATFORM_ADDRESSES: ReadonlySet<string> = new Set(['168.63.129.16']);
/** Global unicast (RFC 4291, 2.4; IANA gives addresses from it alone). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** The well-known prefix of NAT64 (RFC 6052): an IPv4 address as hosts with IPv6 alone see it. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** @param address as a resolver or a parsed URL gives it, without brackets. Anything else is not public. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  return parsed instanceof ipaddr.IPv4 ? isPublic4(parsed) : isPublic6(parsed);
}

/** Whether the host of a URL names this very machine, or an address that is not public. */
export function isPrivateHost(hostname: string): boolean {
  const name = hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  if (isIP(name) !== 0) return !isPublicAddress(name);
  return name === '' || name === 'localhost' || name.endsWith('.localhost');
}

function isPublic4(address: ipaddr.IPv4): boolean {
  return address.range() === 'unicast' && !PLATFORM_ADDRESSES.has(address.toString());
}

function isPublic6(address: ipaddr.IPv6): boolean {
  if (address.isIPv4MappedAddress()) return isPublic4(address.toIPv4Address());
  if (address.match(NAT64)) return isPublic4(ipaddr.IPv4.parse(lastFourBytes(address)));
  return address.match(GLOBAL_UNICAST) && address.range() === 'unicast';
}

const lastFourBytes = (address: ipaddr.IPv6): string => address.toByteArray().slice(-4).join('.');
