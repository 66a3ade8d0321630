/** An origin with a page, that forwards API and files to a vCenter. */

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { nodeFetch, serve, type RunningServer } from 'rx-content-library/node';

const conditions = process.env['RX_CONTENT_LIBRARY_TEST'] === 'dist' ? [] : ['rx-content-library-source'];

/** Bundles the program of the page for browsers. */
export const bundlePage = async (): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
};

const html = '<!doctype html><meta charset="utf-8"><title>Test</title><script type="module" src="/page.js"></script>';

/** Options of {@link servePage}. */
export interface PageServerOptions {
  /** The bundled program. */
  readonly script: string;
  /** Origin of the vCenter. */
  readonly vcenter: string;
  /** Changes a response on its way to the page. */
  readonly change?: (request: Request, response: Response) => Response;
}

/** Serves the page at `/`, and forwards the API below `/vcenter` and the files below `/cls` as the recipe for Node does. */
export const servePage = ({ script, vcenter, change = (_, response) => response }: PageServerOptions): Promise<RunningServer> => {
  const fetch = nodeFetch({ insecure: true, proxy: false });
  return serve(async (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === '/') return new Response(html, { headers: { 'content-type': 'text/html' } });
    if (pathname === '/page.js') return new Response(script, { headers: { 'content-type': 'text/javascript' } });
    if (pathname === '/favicon.ico') return new Response(null, { status: 404 });
    const forwarded = new Request(vcenter + pathname.replace(/^\/vcenter(?=\/)/, '') + search, request);
    for (const name of ['host', 'connection', 'accept-encoding']) forwarded.headers.delete(name);
    return change(request, await fetch(forwarded));
  });
};
