/** Serves the files of the built page, compressed, out of a list that is read at the start. */

import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { pagePolicy } from './security-headers.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** A build puts a hash of the content into the names of these files. */
const HASHED = /[-.](?:[A-Z0-9]{8}|[a-f0-9]{16,})\.\w+$/;

const COMPRESSED = new Set(['.html', '.js', '.css', '.json', '.svg', '.webmanifest', '.txt']);

/** Returns the response for a path of the page, or `undefined` if there is no such file. */
export type StaticPage = (request: Request, pathname: string) => Promise<Response | undefined>;

/**
 * Reads the names of all files. Only a path in this list is served, so that no path can lead out of the directory.
 *
 * @throws Error if the page is not built.
 */
export const createStaticPage = (directory: string): StaticPage => {
  if (!existsSync(join(directory, 'index.html'))) throw new Error(`The page is not built: ${directory} has no index.html.`);
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const files = new Map(
    names.map((name) => [
      name
        .slice(directory.replace(/[\\/]$/, '').length)
        .split(sep)
        .join('/'),
      name,
    ]),
  );
  const compressed = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  /** Compressed once: brotli takes a second for the largest file. */
  const encode = (name: string, coding: Coding): Promise<Uint8Array<ArrayBuffer>> => {
    const key = `${coding} ${name}`;
    const bytes$ = compressed.get(key) ?? compress[coding](readFileSync(name));
    compressed.set(key, bytes$);
    return bytes$;
  };
  return async (request, pathname) => {
    const path = pathname === '/' ? '/index.html' : pathname;
    const name = files.get(path);
    if (name === undefined || !['GET', 'HEAD'].includes(request.method)) return undefined;
    const extension = extname(name);
    const type = TYPES[extension] ?? 'application/octet-stream';
    if (path === '/index.html') return indexResponse(readFileSync(name, 'utf8'));
    const content = readFileSync(name);
    const etag = `"${createHash('sha256').update(content).digest('base64url')}"`;
    const headers = {
      'content-type': type,
      etag,
      'cache-control': HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'accept-encoding',
    };
    if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
    const coding = COMPRESSED.has(extension) ? selectCoding(request.headers.get('accept-encoding') ?? '') : undefined;
    if (coding === undefined) return respond(request, content, headers);
    return respond(request, await encode(name, coding), { ...headers, 'content-encoding': coding });
  };
};

const respond = (request: Request, bytes: Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>): Response =>
  new Response(request.method === 'HEAD' ? null : bytes, { headers: { ...headers, 'content-length': String(bytes.length) } });

type Coding = 'br' | 'gzip';

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

const compress: Readonly<Record<Coding, (bytes: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>>> = {
  br: async (bytes) => new Uint8Array(await toBrotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })),
  gzip: async (bytes) => new Uint8Array(await toGzip(bytes, { level: 9 })),
};

const selectCoding = (accepted: string): Coding | undefined =>
  (['br', 'gzip'] as const).find((coding) =>
    new RegExp(`(?:^|[\\s,])${coding}(?![^,]*;\\s*q=0(?:\\.0*)?(?:,|$))(?:[\\s,;]|$)`).test(accepted),
  );

/** Each response has its own nonce, which Angular reads from its root element. */
const indexResponse = (html: string): Response => {
  const nonce = randomBytes(16).toString('base64');
  return new Response(html.replace(/<app-root(?=[\s>])/, `<app-root ngCspNonce="${nonce}"`), {
    headers: {
      'content-type': TYPES['.html'] ?? '',
      'cache-control': 'no-cache',
      'content-security-policy': pagePolicy(nonce),
    },
  });
};
