import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from '@jest/globals';
import { serve } from 'rx-content-library/node';
import { createSimulatorFromFiles, type SimulatorFiles } from '#src/cli/commands/simulator-files.js';
import { temporaryDirectory } from '../node/temporary.ts';
import { codeOf, command, parsed, start, type JsonLine } from './command.ts';

/** Starts `simulate --json`; its first line contains the address. */
const startSimulator = async (...args: string[]) => {
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

test('simulate --json serves libraries to the command and prints every request', async () => {
  const { env, lines, end } = await startSimulator();
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

test('with --tls it serves HTTPS with the certificate that it prints', async () => {
  const { env, thumbprint, lines, end } = await startSimulator('--tls');
  expect(env.VCENTER_URL).toMatch(/^https:/);
  expect(lines[0]).toHaveProperty('certificate', expect.stringContaining('BEGIN CERTIFICATE'));
  expect(await command(['ls'], { env })).toMatchObject({ code: 8 });
  expect(await command(['ls', '--thumbprint', thumbprint], { env })).toMatchObject({ code: 0 });
  expect(await end('SIGTERM')).toBe(143);
});

test('without --json it prints how to log in', async () => {
  const child = start(['simulate', '--tls']);
  let printed = '';
  for await (const line of createInterface({ input: child.stdout })) {
    printed += `${line}\n`;
    if (line.startsWith('content-library ls')) break;
  }
  const code = codeOf(child);
  child.kill('SIGINT');
  expect(await code).toBe(130);
  expect(printed).toMatch(/^Simulated vCenter at https:\/\/127\.0\.0\.1:\d+\./);
  expect(printed).toContain('VCENTER_USERNAME=administrator@vsphere.local VCENTER_PASSWORD=secret');
  expect(printed).toMatch(/^content-library ls --thumbprint ([0-9A-F]{2}:){19}[0-9A-F]{2}$/m);
});

test('inventory and scenario are read from files', async () => {
  const inventory = await written('inventory.json', {
    libraries: [{ name: 'mine', items: [{ name: 'it', files: [{ name: 'a.iso', size: 10 }] }] }],
  });
  const scenario = await written('scenario.json', { preparation: { requested: 0, preparing: 0, outcome: 'ERROR' } });
  const { env, end } = await startSimulator('--inventory', inventory, '--scenario', scenario);
  expect(await command(['export', 'mine/it', await temporaryDirectory()], { env })).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('PreparationError'),
  });
  expect(await end()).toBe(130);
});

describe('exits with 2 and a message', () => {
  test.each([
    ['for an invalid port', ['--port', '70000'], /Expected an integer from 0 to 65535/],
    ['for a file that does not exist', ['--scenario', 'none.json'], /Cannot read none\.json: ENOENT/],
  ])('%s', async (_, args, message) => {
    expect(await command(['simulate', ...args])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });

  test.each([
    ['that is not JSON', '{', /scenario\.json is not valid JSON: /],
    ['with an unknown field', { faultz: [] }, /scenario\.json is invalid: \$\.faultz: unknown field/],
    [
      'with a fault of an unknown operation',
      { faults: [{ operation: 'content.Library.lits', body: '' }] },
      /There is no operation content\.Library\.lits/,
    ],
  ])('for a scenario %s', async (_, content, message) => {
    const ended = await command(['simulate', '--scenario', await written('scenario.json', content)]);
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });

  test('for a port in use', async () => {
    const server = await serve(async () => new Response());
    const port = new URL(server.url).port;
    const ended = await command(['simulate', '--port', port, '--json']);
    await server.close();
    expect(ended.code).toBe(2);
    expect(parsed(ended.stdout)).toMatchObject([
      { type: 'error', error: { message: expect.stringContaining(`Port ${port} is in use`) } },
    ]);
  });
});

/** Returns what creating a simulator from files throws. */
const thrownFor = (files: SimulatorFiles): unknown => {
  try {
    createSimulatorFromFiles(files, {});
    return undefined;
  } catch (thrown) {
    return thrown;
  }
};

const data = { operation: 'data' };

test.each([
  [{ preparations: {} }, '$.preparations: unknown field; did you mean preparation? Expected one of version, preparation, files'],
  [{ version: '8' }, '$.version: expected one of 6.7, 7.0, 8.0, 9.0'],
  [{ leases: { downloadSession: '5 min' } }, '$.leases.downloadSession: expected a number'],
  [{ data: { cors: 1 } }, '$.data.cors: expected a boolean'],
  [{ files: { 'a.iso': { outcome: 'FAILED' } } }, '$.files["a.iso"].outcome: expected one of PREPARED, ERROR'],
  [
    {
      faults: [
        { ...data, kind: 'hang' },
        { ...data, kind: 'slow' },
      ],
    },
    '$.faults[1].kind: expected one of answer',
  ],
  [{ faults: [{ kind: 'hang' }] }, '$.faults[0]: missing operation'],
  [{ faults: [{ ...data, kind: 'latency' }] }, '$.faults[0]: missing milliseconds'],
  [{ faults: [{ ...data, kind: 'latency', milliseconds: [1] }] }, '$.faults[0].milliseconds: expected an array of 2 items'],
  [{ faults: [{ ...data, kind: 'truncate', shape: 'half' }] }, '$.faults[0].shape: expected one of reset, close'],
  [{ faults: [{ ...data, kind: 'page', shape: 'close' }] }, '$.faults[0].shape: unknown field; expected one of operation'],
  [{ faults: [{ ...data, kind: 'page', retryAfter: true }] }, '$.faults[0].retryAfter: expected a string or a number'],
  [{ faults: [data] }, '$.faults[0]: missing body'],
  [{ faults: {} }, '$.faults: expected an array'],
  [{ assumptions: { vmTemplate: 'maybe' } }, '$.assumptions.vmTemplate: expected one of allowed, fails or an object'],
  [{ preparation: { message: { id: 1 } } }, '$.preparation.message: missing default_message'],
  [[], '$: expected an object'],
])('the scenario %j is invalid', async (content, message) => {
  const scenario = await written('scenario.json', content);
  expect(thrownFor({ scenario })).toMatchObject({
    code: 2,
    message: expect.stringContaining(`scenario.json is invalid: ${message}`),
  });
});

/** An inventory of one file. */
const withFile = (file: unknown) => ({ libraries: [{ name: 'L', items: [{ name: 'I', files: [file] }] }] });
const first = '$.libraries[0].items[0].files[0]';

test.each([
  [{}, '$: missing libraries'],
  [{ libraries: {} }, '$.libraries: expected an array'],
  [{ libraries: [{ name: 'L', items: [{ name: 'I' }] }] }, '$.libraries[0].items[0]: missing files'],
  [withFile({ name: 'a' }), `${first}: missing content or size`],
  [withFile({ name: 1, size: 1 }), `${first}.name: expected a string`],
  [withFile({ name: 'a', open: 'b' }), `${first}.open: unknown field; expected one of name, version`],
  [withFile({ name: 'a', sise: 1 }), `${first}.sise: unknown field; did you mean size?`],
  [withFile({ name: 'a', content: '', size: 1 }), `${first}.size: unknown field; expected one of name, version`],
])('the inventory %j is invalid', async (content, message) => {
  const inventory = await written('inventory.json', content);
  expect(thrownFor({ inventory })).toMatchObject({
    code: 2,
    message: expect.stringContaining(`inventory.json is invalid: ${message}`),
  });
});

test('a file may name its schema, and a field that an object inherits is unknown', async () => {
  const content = { $schema: './node_modules/rx-content-library/src/simulator/schemas/scenario.json', version: '8.0' };
  expect(thrownFor({ scenario: await written('scenario.json', content) })).toBeUndefined();
  const inherited = await written('scenario.json', '{"__proto__":{},"toString":1}');
  expect(thrownFor({ scenario: inherited })).toHaveProperty('message', expect.stringContaining('$.__proto__: unknown field'));
});
