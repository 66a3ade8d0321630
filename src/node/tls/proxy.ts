/** Which proxy a request goes through: the one that was given, or what the environment says. */

import { BlockList, isIP } from 'node:net';
import { TransportError } from '../../index.ts';
import type { Peer } from './handshake.ts';

/** A server that passes requests on. */
export interface Proxy extends Peer {
  readonly isSecure: boolean;
  /** The header that tells it who asks. */
  readonly authorization: string | undefined;
}

/** Finds the proxy for an address. */
export type ProxyFor = (target: URL) => Proxy | undefined;

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param proxy An address, `false` for none, or `undefined` for what the environment says.
 * @throws TypeError if the address cannot be used.
 */
export const resolveProxy = (proxy: string | false | undefined, environment: Environment): ProxyFor => {
  if (proxy === undefined) return proxyFrom(environment);
  if (proxy === false) return () => undefined;
  const fixed = proxyAt(proxy);
  if (fixed === undefined) throw new TypeError('proxy: expected an address such as http://proxy.example.com:3128, or false');
  return () => fixed;
};

/**
 * As curl reads them: `https_proxy`, `http_proxy`, `all_proxy` by what is asked for, `no_proxy` for what goes straight; small letters
 * before capitals. As Go, and so govc, has it: this machine itself is never asked for through a proxy.
 */
const proxyFrom = (environment: Environment): ProxyFor => {
  const set = (name: string): string | undefined => environment[name] || environment[name.toUpperCase()] || undefined;
  const isExempt = exemptions(set('no_proxy') ?? '');
  // Where a web server runs this program, HTTP_PROXY is what a visitor has sent as the header `Proxy`.
  const forHttp = environment['REQUEST_METHOD'] === undefined ? set('http_proxy') : environment['http_proxy'];
  return (target) => {
    const address = (target.protocol === 'https:' ? set('https_proxy') : forHttp) || set('all_proxy');
    if (address === undefined || isExempt(target)) return undefined;
    const proxy = proxyAt(address);
    if (proxy !== undefined) return proxy;
    throw new TransportError({
      operation: `connection to ${target.host}`,
      reason: 'the proxy that the environment names cannot be used: expected an address such as http://proxy.example.com:3128',
      code: 'PROXY_UNSUPPORTED',
    });
  };
};

const proxyAt = (address: string): Proxy | undefined => {
  const full = address.includes('://') ? address : `http://${address}`;
  if (!URL.canParse(full)) return undefined;
  const { protocol, hostname, port, username, password } = new URL(full);
  const isSecure = protocol === 'https:';
  if (!isSecure && protocol !== 'http:') return undefined;
  const user = `${decoded(username)}:${decoded(password)}`;
  return {
    host: bare(hostname),
    port: Number(port || (isSecure ? 443 : 80)),
    isSecure,
    authorization: user === ':' ? undefined : `Basic ${Buffer.from(user).toString('base64')}`,
  };
};

/** A percent sign may be one. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/** Names with all below them, addresses, networks (`10.0.0.0/8`), each with a port if only that is meant; `*` is everything. */
const exemptions = (list: string): ((target: URL) => boolean) => {
  const entries = list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  const networks = new BlockList();
  for (const entry of ['127.0.0.0/8', '::1/128', ...entries]) addNetwork(networks, entry);
  return ({ protocol, hostname, port }) => {
    const host = bare(hostname).replace(/\.$/, '');
    const family = isIP(host);
    if (family !== 0 && networks.check(host, family === 6 ? 'ipv6' : 'ipv4')) return true;
    const effective = port || (protocol === 'https:' ? '443' : '80');
    return ['localhost', ...entries].some((entry) => {
      if (entry === '*') return true;
      const [, name = entry, only = effective] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
      const domain = bare(name).replace(/^\*?\./, '');
      return only === effective && (host === domain || (family === 0 && host.endsWith(`.${domain}`)));
    });
  };
};

const addNetwork = (networks: BlockList, entry: string): void => {
  const [address = '', bits = ''] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 6 ? 128 : 32)) return;
  networks.addSubnet(address, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
};
