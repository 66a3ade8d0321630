/** A plain Node server that responds to every request with 1 GiB from memory. */

import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveInChild } from '../support/server.ts';

const WRITE_SIZE = 256 * 1024;

await serveInChild<string>(async () => {
  const bytes = randomFillSync(new Uint8Array(1024 ** 3));
  const send = (response: ServerResponse, from: number): void => {
    for (let start = from; start < bytes.length; start += WRITE_SIZE) {
      const next = start + WRITE_SIZE;
      if (!response.write(bytes.subarray(start, next))) return void response.once('drain', () => send(response, next));
    }
    response.end();
  };
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    send(response, 0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
});
