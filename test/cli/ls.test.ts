import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Inventory } from 'rx-content-library/simulator';
import { parsed, type Ended } from './command.ts';
import { inBothDialects, inventory, servedSimulator } from './served-simulator.ts';

/** Runs `ls` with each of these arguments, in both dialects. */
const listed = (paths: readonly (readonly string[])[], expectAll: (results: readonly Ended[]) => void): Promise<void> =>
  inBothDialects(async (dialect) =>
    expectAll(await Promise.all(paths.map(async (args) => (await servedSimulator()).run(['ls', ...args, '--dialect', dialect])))),
  );

test('ls lists the libraries', () =>
  listed([[]], ([result]) => {
    const rows = ['LIBRARY    TYPE   ID', 'templates  LOCAL  lib-1', 'twin       LOCAL  lib-2', 'twin       LOCAL  lib-3'];
    expect(result).toMatchObject({ code: 0, stdout: `${rows.join('\n')}\n`, stderr: '' });
  }));

test('ls LIBRARY --json lists its items as JSON lines', () =>
  listed([['templates', '--json']], ([result]) => {
    expect(result?.code).toBe(0);
    const items = parsed(result?.stdout ?? '');
    expect(items.map(({ type, id, name }) => [type, id, name])).toEqual([
      ['item', 'item-1', 'ubuntu'],
      ['item', 'item-2', 'huge'],
      ['item', 'item-3', 'twin'],
      ['item', 'item-4', 'twin'],
      ['item', 'item-5', 'unsafe'],
    ]);
    expect(items[0]).toMatchObject({ itemType: 'ovf', contentVersion: '7', cached: true, size: expect.any(Number) });
  }));

test('ls LIBRARY/ITEM lists its files', () =>
  listed([['templates/ubuntu']], ([result]) => {
    expect(result?.code).toBe(0);
    const names = (result?.stdout ?? '').split('\n').map((line) => line.split(/ {2,}/)[0]);
    expect(names).toEqual(['FILE', 'ubuntu.ovf', 'ubuntu-disk1.vmdk', 'ubuntu.nvram', '']);
  }));

test('a leading slash, a pattern, one file, and the entry itself', () =>
  listed(
    [
      ['/templates/ubuntu/'],
      ['/'],
      ['templates/ubuntu/*.ovf', '--json'],
      ['templates/ubuntu/ubuntu.nvram', '--json'],
      ['templates/?u*', '--json'],
      ['t{em,w}*', '--json'],
      ['-d', 'templates', '--json'],
      ['templates/ubuntu', '--directory', '--json'],
      ['temp*/ub*/*.ovf', '--json'],
    ],
    (results) => {
      expect(results.map(({ code }) => code)).toEqual(results.map(() => 0));
      const [item, root, ...others] = results;
      expect(item?.stdout).toMatch(/^FILE .*\nubuntu\.ovf /);
      expect(root?.stdout).toMatch(/^LIBRARY .*\ntemplates /);
      const namesOf = ({ stdout }: Ended) => parsed(stdout).map(({ type, name }) => `${type} ${String(name)}`);
      expect(others.map(namesOf)).toEqual([
        ['file ubuntu.ovf'],
        ['file ubuntu.nvram'],
        ['item huge'],
        ['library templates', 'library twin', 'library twin'],
        ['library templates'],
        ['item ubuntu'],
        ['file ubuntu.ovf'],
      ]);
    },
  ));

test('ls -l has the versions, times and checksums', () =>
  listed([['-l'], ['-l', 'templates'], ['-l', 'templates/ubuntu']], ([libraries, items, files]) => {
    expect(libraries?.stdout).toMatch(/^LIBRARY +TYPE +ID +MODIFIED\ntemplates +LOCAL +lib-1 +\d{4}-\d\d-\d\dT/);
    expect(items?.stdout).toMatch(/^ITEM +TYPE +ON DISK +ID +VERSION +MODIFIED\nubuntu +ovf +\S+ kB +item-1 +7 +\d{4}-/);
    expect(files?.stdout).toMatch(/^FILE +ON DISK +VERSION +CHECKSUM\nubuntu\.ovf .* sha1:[0-9a-f]{40}\n/);
  }));

test('a pattern that several items or libraries match is ambiguous where one is needed, with candidates', async () => {
  const { run } = await servedSimulator();
  const ended = await run(['export', 'templates/{u,h}*', '--json']);
  expect(ended.code).toBe(2);
  expect(parsed(ended.stdout)).toEqual([
    {
      type: 'error',
      error: {
        tag: 'UsageError',
        code: 2,
        message: expect.stringMatching(
          /^3 items match "\{u,h\}\*"\. Use one of these identifiers instead:\n {2}item-1 {2}ubuntu\n {2}item-2 {2}huge\n {2}item-5 {2}unsafe$/,
        ),
        candidates: [
          { id: 'item-1', name: 'ubuntu' },
          { id: 'item-2', name: 'huge' },
          { id: 'item-5', name: 'unsafe' },
        ],
      },
    },
  ]);
  expect((await run(['export', 'tw*/x'])).code).toBe(2);
  expect(await run(['ls', 'tw*/x'])).toMatchObject({ code: 4, stderr: 'NotFoundError: There is no item "x".\n' });
  expect(await run(['ls', 'none*'])).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('no library that matches "none*"'),
  });
  expect(await run(['ls', 'templates/none*'])).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('no item that matches'),
  });
  expect(await run(['ls', 'templates/ubuntu/none'])).toMatchObject({ code: 4 });
  expect(await run(['ls', 'templates//ubuntu'])).toMatchObject({ code: 2 });
});

const several: Inventory = {
  libraries: [
    {
      id: '11111111-2222-3333-4444-555555555555',
      name: 'templates-east',
      items: [
        { id: '66666666-2222-3333-4444-555555555555', name: 'debian-12', files: [{ name: 'debian.ovf', content: 'east' }] },
        { id: 'item-2', name: 'ubuntu', files: [{ name: 'ubuntu.ovf', content: 'x' }] },
      ],
    },
    {
      id: 'lib-2',
      name: 'templates-west',
      items: [
        {
          id: 'item-3',
          name: 'debian-13',
          files: [
            { name: 'debian.ovf', content: 'west' },
            { name: 'debian.vmdk', content: 'x' },
          ],
        },
      ],
    },
    { id: 'lib-3', name: 'templates-empty', items: [] },
    { id: 'lib-4', name: 'images', items: [{ id: 'item-4', name: 'debian-12', files: [{ name: 'debian.iso', content: 'x' }] }] },
  ],
};

test('a pattern of ls lists items and files of several libraries, with their places', async () => {
  const { run } = await servedSimulator({ inventory: several });
  const placesOf = async (...args: readonly string[]) => {
    const { code, stdout } = await run(['ls', ...args, '--json']);
    expect(code).toBe(0);
    return parsed(stdout).map(({ name, library, item }) =>
      [library, item, { name }].map((place) => (place as { name: string } | undefined)?.name).join(' / '),
    );
  };
  const items = ['templates-east /  / debian-12', 'templates-west /  / debian-13'];
  expect(await placesOf('temp*/deb*')).toEqual(items);
  expect(await placesOf('/temp*/debian-1[23]')).toEqual(items);
  expect(await placesOf('-d', '*/debian-12')).toEqual(['templates-east /  / debian-12', 'images /  / debian-12']);
  expect(await placesOf('temp*/deb*/*.ovf')).toEqual([
    'templates-east / debian-12 / debian.ovf',
    'templates-west / debian-13 / debian.ovf',
  ]);
  expect(await placesOf('*/debian-12')).toEqual(['templates-east / debian-12 / debian.ovf', 'images / debian-12 / debian.iso']);
  expect(await placesOf('templates-east/*/*.ovf')).toEqual([
    'templates-east / debian-12 / debian.ovf',
    'templates-east / ubuntu / ubuntu.ovf',
  ]);
  expect((await run(['ls', 'temp*/deb*/debian.ovf'])).stdout).toMatch(
    /^LIBRARY +ITEM +FILE +ON DISK +VERSION\ntemplates-east +debian-12 +debian\.ovf .*\ntemplates-west +debian-13 +debian\.ovf .*\n$/,
  );
  expect((await run(['ls', 'temp*/deb*'])).stdout).toMatch(/^LIBRARY +ITEM +TYPE +ON DISK +ID\ntemplates-east +debian-12 /);
  expect(await run(['ls', 'temp*/none*'])).toMatchObject({
    code: 4,
    stderr: 'NotFoundError: There is no item that matches "none*".\n',
  });
  expect(await run(['ls', 'temp*/deb*/*.iso'])).toMatchObject({
    code: 4,
    stderr: 'NotFoundError: No file matches "temp*/deb*/*.iso".\n',
  });
});

test('ls takes the identifier of a library or of an item', async () => {
  const { run } = await servedSimulator({ inventory: several });
  const namesOf = async (...args: readonly string[]) =>
    parsed((await run(['ls', ...args, '--json'])).stdout).map(({ type, name }) => `${type} ${String(name)}`);
  const [library, item] = ['11111111-2222-3333-4444-555555555555', '66666666-2222-3333-4444-555555555555'];
  expect(await namesOf(library)).toEqual(['item debian-12', 'item ubuntu']);
  expect(await namesOf(item)).toEqual(['file debian.ovf']);
  expect(await namesOf('-d', item)).toEqual(['item debian-12']);
  const unknown = '00000000-0000-0000-0000-000000000000';
  expect(await run(['ls', unknown])).toMatchObject({
    code: 4,
    stderr: `NotFoundError: There is no library and no item with the identifier ${unknown}. List the libraries with: content-library ls\n`,
  });
});

test('an unknown library or item exits with 4 and is named in the message', () =>
  listed([['nowhere'], ['templates/nothing']], ([library, item]) => {
    expect(library).toMatchObject({ code: 4, stdout: '', stderr: 'NotFoundError: There is no library "nowhere".\n' });
    expect(item).toMatchObject({ code: 4, stdout: '', stderr: 'NotFoundError: There is no item "nothing".\n' });
  }));

test('an ambiguous name exits with 2 and lists identifiers that can be used instead', () =>
  listed(
    [
      ['templates/twin', '--json'],
      ['templates/item-4', '--json'],
    ],
    ([byName, byId]) => {
      expect(byName).toMatchObject({ code: 2, stderr: '' });
      const [line] = parsed(byName?.stdout ?? '');
      expect(line).toMatchObject({ type: 'error', error: { tag: 'UsageError', code: 2 } });
      expect(JSON.stringify(line).match(/item-\d/g)).toEqual(['item-3', 'item-4', 'item-3', 'item-4']);
      expect(parsed(byId?.stdout ?? '')).toMatchObject([{ type: 'file', name: 'one.iso' }]);
    },
  ));

test('an ambiguous library name exits with 2, and its identifier works', async () => {
  const { run } = await servedSimulator();
  const { code, stderr } = await run(['ls', 'twin']);
  expect(code).toBe(2);
  expect(stderr).toContain('  lib-2  twin\n  lib-3  twin\n');
  expect(await run(['ls', 'lib-2'])).toMatchObject({ code: 0, stdout: '' });
});

test('the identifier of an item in another library exits with 4', async () => {
  const { run } = await servedSimulator();
  expect(await run(['ls', 'lib-2/item-1'])).toMatchObject({ code: 4 });
});

test('ls LIBRARY/ITEM --json prints name, size and checksum of files', async () => {
  const { run } = await servedSimulator();
  const { stdout } = await run(['ls', 'templates/ubuntu', '--json']);
  expect(parsed(stdout)[2]).toEqual({
    type: 'file',
    name: 'ubuntu.nvram',
    size: 5,
    cached: true,
    version: expect.any(String),
    checksum: { algorithm: 'SHA1', value: createHash('sha1').update('nvram').digest('hex') },
  });
});

test('escape sequences in names do not reach the terminal', async () => {
  const evil = 'evil\u001b]0;owned\u0007\u009b2J\u202e\nsecond';
  const items = [
    { name: evil, type: evil, files: [{ name: `${evil}.iso`, content: 'x' }] },
    { name: evil, files: [] },
  ];
  const options = { inventory: { libraries: [{ name: evil, items }, ...inventory.libraries] } };
  const outputs = await Promise.all(
    [
      ['ls', '--json'],
      ['ls'],
      ['ls', evil],
      ['ls', evil, '--json'],
      // Two items have this name: the error lists them.
      ['ls', `${evil}/${evil}`],
      ['ls', `${evil}/${evil}`, '--json'],
      ['export', `${evil}/${evil.toUpperCase()}`],
    ].map(async (args) => (await servedSimulator(options)).run(args)),
  );
  for (const { stdout, stderr } of outputs) {
    expect(stdout + stderr).toContain('evil');
    expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
  expect(parsed(outputs[0]?.stdout ?? '')[0]).toMatchObject({ name: evil });
});
