/** Files that the directory already has, with a server that states checksums only in the download session. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { download, vcenter } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { createSimulator, type Scenario } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';
import { contents, temporaryDirectory } from './temporary.ts';

const content = 'hello world';
const inventory = {
  libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', files: [{ name: 'a.iso', content }] }] }],
};

const run = async (directory: string, scenario: Scenario, force = false) => {
  const simulator = createSimulator({ inventory, users: [user], scenario });
  let dataRequests = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await simulator.fetch(request);
    if (request.url.includes('/cls/')) dataRequests += 1;
    if (!request.url.includes('/item/item-1/file')) return response;
    return Response.json(JSON.parse((await response.text()).replaceAll('checksum_info', 'unknown')));
  };
  const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch, dialect: 'api' });
  const { values, error } = await collect(download(vc, 'item-1', toDirectory(directory, { force })));
  return { error, saved: ofType(values, 'saved'), dataRequests };
};

test.each([
  ['SHA1', 'prepared', false],
  ['SHA256', 'prepared', false],
  ['MD5', 'at-once', false],
  ['SHA1', 'prepared', true],
] as const)('a file with the %s that the session states (%s) is skipped, force: %s', async (checksums, checksumKnown, force) => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), content);
  const { error, saved, dataRequests } = await run(
    directory,
    { checksums, preparation: { ...preparedAtOnce, checksumKnown } },
    force,
  );
  expect(error).toBeUndefined();
  expect(saved).toMatchObject([
    {
      file: 'a.iso',
      path: join(directory, 'a.iso'),
      bytes: content.length,
      checksum: { algorithm: checksums },
      verified: 'checksum',
      skipped: true,
    },
  ]);
  expect(dataRequests).toBe(0);
  expect(await contents(directory)).toEqual({ 'a.iso': content });
});

test.each([
  ['a file of the same length', (path: string) => writeFile(path, 'hello_world')],
  ['a longer file', (path: string) => writeFile(path, `${content}!`)],
  ['a directory', (path: string) => mkdir(path)],
])('%s is refused, and stays', async (_, make) => {
  const directory = await temporaryDirectory();
  await make(join(directory, 'a.iso'));
  const { error, dataRequests } = await run(directory, { preparation: { ...preparedAtOnce, checksumKnown: 'prepared' } });
  expect(error).toMatchObject({ _tag: 'SinkError' });
  expect(dataRequests).toBe(0);
});

test('another file is replaced with force', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), 'other');
  const { error, saved } = await run(directory, { preparation: { ...preparedAtOnce, checksumKnown: 'prepared' } }, true);
  expect(error).toBeUndefined();
  expect(saved[0]).not.toHaveProperty('skipped');
  expect(await readFile(join(directory, 'a.iso'), 'utf8')).toBe(content);
});
