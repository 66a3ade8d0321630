import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { serve } from 'rx-content-library/node';
import { inventoryIn } from '#src/cli/inventory-file.js';
import { scenarioIn } from '#src/cli/scenario-file.js';
import { temporaryDirectory } from '../node/temporary.ts';
import { codeOf, command, parsed, start, type JsonLine } from './command.ts';

/** Starts `simulate --json`; its first line says where it is. */
const simulating = async (...args: string[]) => {
  const child = start(['simulate', '--json', ...args]);
  const lines: JsonLine[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as JsonLine));
  await once(reader, 'line');
  const { url, username, password, thumbprint } = lines[0] as unknown as Record<string, string>;
  const env = { VCENTER_URL: String(url), VCENTER_USERNAME: String(username), VCENTER_PASSWORD: String(password) };
  return {
    env,
    thumbprint: String(thumbprint),
    lines,
    end: async (signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): Promise<number> => {
      const code = codeOf(child);
      child.kill(signal);
      return code;
    },
  };
};

const written = async (name: string, content: unknown): Promise<string> => {
  const file = join(await temporaryDirectory(), name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
};

test('it serves its libraries to the command, and tells every request', async () => {
  const { env, lines, end } = await simulating();
  const listed = await command(['ls', 'Templates/debian-12', '--json'], { env });
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(parsed(listed.stdout).map(({ name }) => name)).toEqual(['debian-12.ovf', 'debian-12-1.vmdk', 'debian-12-2.nvram']);
  expect(await end()).toBe(130);
  expect(lines[1]).toEqual({
    type: 'request',
    method: 'POST',
    path: '/api/session',
    operation: 'cis.Session.create',
    dialect: 'api',
    status: 201,
  });
  expect(lines.at(-1)).toMatchObject({ type: 'request', operation: 'cis.Session.delete' });
});

test('with --tls it shows a certificate, whose thumbprint the endpoints state', async () => {
  const { env, thumbprint, lines, end } = await simulating('--tls');
  expect(env.VCENTER_URL).toMatch(/^https:/);
  expect(lines[0]).toHaveProperty('certificate', expect.stringContaining('BEGIN CERTIFICATE'));
  expect(await command(['ls'], { env })).toMatchObject({ code: 8 });
  expect(await command(['ls', '--thumbprint', thumbprint], { env })).toMatchObject({ code: 0 });
  expect(await end('SIGTERM')).toBe(143);
});

test('for a person it says how to log in', async () => {
  const child = start(['simulate', '--tls']);
  let said = '';
  for await (const line of createInterface({ input: child.stdout })) {
    said += `${line}\n`;
    if (line.startsWith('content-library ls')) break;
  }
  const code = codeOf(child);
  child.kill('SIGINT');
  expect(await code).toBe(130);
  expect(said).toMatch(/^A simulated vCenter stands at https:\/\/127\.0\.0\.1:\d+\./);
  expect(said).toContain('VCENTER_USERNAME=administrator@vsphere.local VCENTER_PASSWORD=secret');
  expect(said).toMatch(/^content-library ls --thumbprint ([0-9A-F]{2}:){19}[0-9A-F]{2}$/m);
});

test('inventory and scenario come from files', async () => {
  const inventory = await written('inventory.json', {
    libraries: [{ name: 'mine', items: [{ name: 'it', files: [{ name: 'a.iso', size: 10 }] }] }],
  });
  const scenario = await written('scenario.json', { preparation: { requested: 0, preparing: 0, outcome: 'ERROR' } });
  const { env, end } = await simulating('--inventory', inventory, '--scenario', scenario);
  expect(await command(['export', 'mine/it', await temporaryDirectory()], { env })).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('PreparationError'),
  });
  expect(await end()).toBe(130);
});

describe('what makes no sense is 2, and said', () => {
  test.each([
    ['a port that is none', ['--port', '70000'], /Expected a number from 0 to 65535/],
    ['a file that is not there', ['--scenario', 'none.json'], /none\.json cannot be read: ENOENT/],
  ])('%s', async (_, args, says) => {
    expect(await command(['simulate', ...args])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(says) });
  });

  test.each([
    ['no JSON', '{', /scenario\.json is no JSON/],
    [
      'a fault of an operation there is not',
      { faults: [{ operation: 'content.Library.lits', body: '' }] },
      /There is no operation content\.Library\.lits/,
    ],
  ])('a scenario with %s', async (_, content, says) => {
    const ended = await command(['simulate', '--scenario', await written('scenario.json', content)]);
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(says) });
  });

  test.each([
    [{ preparations: {} }, '$.preparations is not known; there is version, preparation, files'],
    [{ version: '8' }, '$.version is none of 6.7, 7.0, 8.0, 9.0'],
    [{ leases: { downloadSession: '5 min' } }, '$.leases.downloadSession is no number'],
    [{ files: { 'a.iso': { outcome: 'FAILED' } } }, '$.files.a.iso.outcome is none of PREPARED, ERROR'],
    [
      {
        faults: [
          { operation: 'data', kind: 'hang' },
          { operation: 'data', kind: 'slow' },
        ],
      },
      '$.faults[1].kind is none of answer',
    ],
    [{ faults: [{ kind: 'hang' }] }, '$.faults[0].operation is missing'],
    [{ faults: [{ operation: 'data', kind: 'latency' }] }, '$.faults[0].milliseconds is missing'],
    [{ faults: [{ operation: 'data' }] }, '$.faults[0].body is missing'],
    [{ faults: {} }, '$.faults is no list'],
    [[], '$ is no object'],
  ])('a scenario that is %j', async (content, says) => {
    const scenario = await written('scenario.json', content);
    await expect(scenarioIn(scenario)).rejects.toMatchObject({ code: 2, message: expect.stringContaining(says) });
  });

  test.each([
    [{}, '$.libraries is missing'],
    [{ libraries: [{ name: 'L', items: [{ name: 'I', files: [{ name: 'a' }] }] }] }, 'files[0] has neither content nor size'],
    [{ libraries: [{ name: 'L', items: [{ name: 'I' }] }] }, '$.libraries[0].items[0].files is missing'],
    [
      { libraries: [{ name: 'L', items: [{ name: 'I', files: [{ name: 1, size: 1 }] }] }] },
      '$.libraries[0].items[0].files[0].name is no text',
    ],
    [{ libraries: [{ name: 'L', items: [{ name: 'I', files: [{ name: 'a', open: 'b' }] }] }] }, 'files[0].open is not known'],
  ])('an inventory that is %j', async (content, says) => {
    const inventory = await written('inventory.json', content);
    await expect(inventoryIn(inventory)).rejects.toMatchObject({ code: 2, message: expect.stringContaining(says) });
  });

  test('a port that is taken', async () => {
    const server = await serve(async () => new Response());
    const port = new URL(server.url).port;
    const ended = await command(['simulate', '--port', port, '--json']);
    await server.close();
    expect(ended.code).toBe(2);
    expect(parsed(ended.stdout)).toMatchObject([
      { type: 'error', error: { message: expect.stringContaining(`The port ${port} is taken`) } },
    ]);
  });
});
