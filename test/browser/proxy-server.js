/**
 * Starts a development server with the configuration of docs/11-browsers.md, and prints its origin: `vite FILE` starts Vite,
 * `webpack FILE` the middleware of webpack's development server. It ends when its standard input ends.
 */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname } from 'node:path';

const startVite = async (configFile) => {
  const vite = await import('vite');
  const server = await vite.createServer({
    configFile,
    root: dirname(configFile),
    logLevel: 'error',
    optimizeDeps: { noDiscovery: true },
    server: { host: '127.0.0.1', port: 0, ws: false, watch: null },
  });
  await server.listen();
  return server.httpServer.address().port;
};

const startWebpackMiddleware = async (configFile) => {
  const { createProxyMiddleware } = await import('http-proxy-middleware');
  const config = JSON.parse(readFileSync(configFile, 'utf8'));
  const proxies = Object.entries(config).map(([pathFilter, options]) => createProxyMiddleware({ ...options, pathFilter }));
  const server = createServer((request, response) => {
    const next = ([proxy, ...others]) =>
      proxy === undefined ? response.writeHead(404).end() : proxy(request, response, () => next(others));
    next(proxies);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
};

const [, , kind, file] = process.argv;
const port = await (kind === 'vite' ? startVite(file) : startWebpackMiddleware(file));
console.log(`http://127.0.0.1:${port}`);
process.stdin.resume().once('end', () => process.exit());
