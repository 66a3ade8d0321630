/** Selects the proxy for a request: from the option, or from the environment variables. */

import { BlockList, isIP } from 'node:net';
import { TransportError } from '../../index.ts';
import type { Endpoint } from './handshake.ts';

/** An HTTP proxy. */
export interface Proxy extends Endpoint {
  readonly isSecure: boolean;
  /** Value of the `proxy-authorization` header. */
  readonly authorization: string | undefined;
}

/** Returns the proxy for a URL; `undefined` for a direct connection. */
export type ProxyFor = (target: URL) => Proxy | undefined;

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param proxy - a URL, `false` for none, or `undefined` to use the environment variables
 * @throws TypeError if the URL is invalid.
 */
export const resolveProxy = (proxy: string | false | undefined, environment: Environment): ProxyFor => {
  if (proxy === undefined) return proxyFromEnvironment(environment);
  if (proxy === false) return () => undefined;
  const fixed = parseProxy(proxy);
  if (fixed === undefined) throw new TypeError(`proxy: ${EXPECTED}; or false`);
  return () => fixed;
};

/**
 * Reads the variables as curl does: `https_proxy`, `http_proxy`, `all_proxy` by the scheme of the request, `no_proxy` for exceptions;
 * lower case wins. As in Go, and so in govc, requests to this machine never use a proxy.
 */
const proxyFromEnvironment = (environment: Environment): ProxyFor => {
  const find = (...names: readonly string[]): string | undefined => names.find((name) => environment[name]);
  const isExempt = parseExemptions(environment[find('no_proxy', 'NO_PROXY') ?? ''] ?? '');
  // In a CGI program, HTTP_PROXY is the client's `Proxy` header (httpoxy).
  const forHttp = environment['REQUEST_METHOD'] === undefined ? ['http_proxy', 'HTTP_PROXY'] : ['http_proxy'];
  return (target) => {
    const forScheme = target.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : forHttp;
    const name = find(...forScheme, 'all_proxy', 'ALL_PROXY');
    if (name === undefined || isExempt(target)) return undefined;
    const proxy = parseProxy(environment[name] ?? '');
    if (proxy !== undefined) return proxy;
    throw new TransportError({
      operation: `connection to ${target.host}`,
      reason: `the proxy in ${name} is invalid: ${EXPECTED}`,
      code: 'PROXY_UNSUPPORTED',
      host: target.host,
    });
  };
};

const EXPECTED =
  'expected an address such as http://proxy.example.com:3128, with spaces and / ? # @ of its password percent-encoded';

/** User information, host with port, and a path that is ignored. */
const AFTER_SCHEME = /^(?:([^/?#]*)@)?([^/?#@\\]+)(?:[/?#][^@]*)?$/;

/**
 * As for curl, a backslash belongs to the user name (`DOMAIN\user`). `URL` treats it as a slash, and ignores line breaks, so that the part
 * before either would become the host.
 */
const parseProxy = (address: string): Proxy | undefined => {
  if (/[\s\p{C}]/u.test(address)) return undefined;
  const [start = '', scheme = 'http'] = /^([a-z][a-z\d+.-]*):\/\//i.exec(address) ?? [];
  const [, userInfo = '', authority = ''] = AFTER_SCHEME.exec(address.slice(start.length)) ?? [];
  const url = `${scheme}://${authority}`;
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port } = new URL(url);
  const isSecure = protocol === 'https:';
  if (!isSecure && protocol !== 'http:') return undefined;
  const [, username = '', password = ''] = /^([^:]*):?(.*)$/.exec(userInfo) ?? [];
  const credentials = `${decode(username)}:${decode(password)}`;
  return {
    host: stripBrackets(hostname),
    port: Number(port || (isSecure ? 443 : 80)),
    isSecure,
    authorization: credentials === ':' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
  };
};

/** A literal percent sign is accepted. */
const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

const stripBrackets = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/** Entries are names (with their subdomains), addresses, or networks (`10.0.0.0/8`), each with an optional port; `*` matches all. */
const parseExemptions = (list: string): ((target: URL) => boolean) => {
  const entries = list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  const networks = new BlockList();
  for (const entry of ['127.0.0.0/8', '::1/128', ...entries]) addNetwork(networks, entry);
  return ({ protocol, hostname, port }) => {
    const host = stripBrackets(hostname).replace(/\.$/, '');
    const family = isIP(host);
    if (family !== 0 && networks.check(host, family === 6 ? 'ipv6' : 'ipv4')) return true;
    const targetPort = port || (protocol === 'https:' ? '443' : '80');
    return ['localhost', ...entries].some((entry) => {
      if (entry === '*') return true;
      const [, name = entry, entryPort = targetPort] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
      const domain = stripBrackets(name).replace(/^\*?\./, '');
      return entryPort === targetPort && (host === domain || (family === 0 && host.endsWith(`.${domain}`)));
    });
  };
};

const addNetwork = (networks: BlockList, entry: string): void => {
  const [address = '', prefixLength = ''] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || !/^\d{1,3}$/.test(prefixLength) || Number(prefixLength) > (family === 6 ? 128 : 32)) return;
  networks.addSubnet(address, Number(prefixLength), family === 6 ? 'ipv6' : 'ipv4');
};
