import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createSelfSignedCertificate } from 'rx-content-library/node';
import { logRequests } from '#src/cli/output/request-log.js';
import { temporaryDirectory } from '../node/temporary.ts';
import { parsed } from './command.ts';
import { assertOutputLine } from './output-schema.ts';
import { servedSimulator } from './served-simulator.ts';

test('--log-file appends the events and the failure with their times, for the user only', async () => {
  const { run, expectNoSecret } = await servedSimulator();
  const directory = await temporaryDirectory();
  const log = join(directory, 'export.log');
  const exportTo = (destination: string, path = 'templates/ubuntu') => run(['export', path, destination, '--log-file', log]);
  expect((await exportTo(join(directory, 'one'))).code).toBe(0);
  expect((await exportTo(join(directory, 'two'), 'templates/none')).code).toBe(4);
  const text = readFileSync(log, 'utf8');
  expectNoSecret(text);
  const lines = parsed(text);
  expect(lines[0]).toMatchObject({ time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), type: 'opened' });
  expect(lines.slice(-2)).toMatchObject([
    { type: 'closed', files: 3 },
    { type: 'error', error: { tag: 'NotFoundError', code: 4 } },
  ]);
  expect(lines.some(({ type }) => type === 'progress')).toBe(false);
  for (const line of lines) assertOutputLine(JSON.stringify({ ...line, time: undefined }));
  expect(statSync(log).mode & 0o777).toBe(0o600);
});

test('a log that cannot be written exits with 10 before anything is sent', async () => {
  const { run, simulator } = await servedSimulator();
  const directory = await temporaryDirectory();
  const ended = await run(['export', 'templates/ubuntu', directory, '--log-file', join(directory, 'none', 'export.log')]);
  expect(ended).toMatchObject({ code: 10, stderr: expect.stringContaining('the log cannot be written') });
  expect(simulator.requests).toEqual([]);
  expect(existsSync(join(directory, 'none'))).toBe(false);
});

test('--verbose prints each request to standard error, and no secret', async () => {
  const { run } = await servedSimulator({ tls: createSelfSignedCertificate() });
  const ended = await run(['export', 'templates/ubuntu/ubuntu.ovf', '-', '--insecure', '--verbose']);
  expect(ended).toMatchObject({ code: 0, stdout: '<Envelope/>' });
  expect(ended.stderr).toMatch(/^POST \/api\/session 201 \d+ ms$/m);
  expect(ended.stderr).toMatch(/^GET https:\/\/127\.0\.0\.1:\d+ \(link to a file\) 200 \d+ ms$/m);
  expect(ended.stderr).toMatch(/^DELETE \/api\/session 204 \d+ ms$/m);
});

test('a failed request is printed with its code, not with its message', async () => {
  const lines: string[] = [];
  const failing = (): Promise<Response> =>
    Promise.reject(Object.assign(new Error('https://user:secret@host/'), { code: 'ECONNREFUSED' }));
  const fetch = logRequests(Object.assign(failing, { pinned: () => failing }), 'https://vcenter', (line) => lines.push(line));
  await expect(fetch('https://vcenter/api/session')).rejects.toThrow();
  expect(lines).toEqual([expect.stringMatching(/^GET \/api\/session failed \(ECONNREFUSED\) \d+ ms$/)]);
});
