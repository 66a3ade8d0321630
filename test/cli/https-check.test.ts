import { createServer as createSecureServer } from 'node:https';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { httpServer, listening, localhost, tcpServer } from '../node/servers.ts';
import { command } from './command.ts';
import { password, servedSimulator, username } from './served-simulator.ts';

/** Lists the libraries of an `http:` address, once. */
const ls = (url: string) =>
  command(['ls', '--dialect', 'api'], { env: { VCENTER_URL: url, VCENTER_USERNAME: username, VCENTER_PASSWORD: password } });

const refused = {
  code: 7,
  stdout: '',
  stderr: expect.stringMatching(
    /^TransportError: connection to 127\.0\.0\.1:\d+: the server requires HTTPS: use https:\/\/127\.0\.0\.1/,
  ),
};

const login = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

test('a TLS server at an http: address is reported, and receives no password', async () => {
  const { simulator, url } = await servedSimulator({ tls: localhost });
  expect(await ls(url.replace('https:', 'http:'))).toMatchObject(refused);
  expect(simulator.requests).toEqual([]);
});

test('a server that redirects http: to https: is reported, and receives no password', async () => {
  const logins: (string | undefined)[] = [];
  const { url } = await httpServer((request, response) => {
    logins.push(request.headers.authorization);
    response.writeHead(301, { location: `https://${request.headers.host ?? ''}${request.url ?? ''}` }).end();
  });
  expect(await ls(url)).toMatchObject(refused);
  expect(logins).toEqual([undefined]);
});

test.each([
  ['a status of 400', Buffer.from('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')],
  ['an alert', Buffer.from([0x15, 3, 1, 0, 2, 2, 22])],
  ['nothing', Buffer.alloc(0)],
])('a TLS server that responds to plain HTTP with %s is reported, and receives no password', async (_, response) => {
  let received = '';
  const port = Number(new URL(await listening(createSecureServer(localhost))).port);
  const { url } = await tcpServer((socket) => {
    socket.once('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      if (bytes[0] !== 0x16) return void socket.end(response);
      const secure = connect(port, '127.0.0.1');
      secure.on('error', () => undefined).write(bytes);
      socket.pipe(secure).pipe(socket);
    });
  });
  expect(await ls(url)).toMatchObject(refused);
  expect(received).not.toContain(login);
});

test('a server of plain HTTP that responds with 400 or closes the connection of the check is used', async () => {
  const { simulator, url, env } = await servedSimulator();
  expect(await ls(url)).toMatchObject({ code: 0, stderr: '' });
  expect(simulator.requests[0]).toMatchObject({ operation: 'cis.Session.create' });
  const { url: strict } = await httpServer((request, response) => {
    if (request.url === '/') return void response.writeHead(400).end();
    response.writeHead(307, { location: url + (request.url ?? '') }).end();
  });
  expect(await command(['ls'], { env: { ...env, VCENTER_URL: strict } })).toMatchObject({
    code: 7,
    stderr: expect.stringMatching(/redirect.*, which is not followed/),
  });
});
