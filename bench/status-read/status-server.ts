/** A server that sends the same status of a file in every response. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveInChild } from '../support/server.ts';

const body = JSON.stringify({
  name: 'disk.vmdk',
  status: 'PREPARED',
  bytes_transferred: 0,
  size: 1_073_741_824,
  download_endpoint: {
    uri: 'https://vcenter.example.com/cls/data/5f0c9a52-1d3f-4b52-8a53-0c54d1c7fd10/disk.vmdk',
    ssl_certificate_thumbprint: '3B:7A:90:4C:55:13:6E:0A:21:F8:62:7D:35:AC:1B:9F:E4:70:5D:08',
  },
  checksum_info: { algorithm: 'SHA256', checksum: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
});

await serveInChild<string>(async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
});
