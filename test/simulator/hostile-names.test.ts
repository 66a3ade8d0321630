import { expect, test } from '@jest/globals';
import { dialects, field, list, startDownload } from './call.ts';

/** Names that lead out of a directory, that a system keeps for itself, that show something else than they are, or that need escaping. */
const hostile = [
  '../../etc/cron.d/x',
  '..\\..\\x',
  '/etc/passwd',
  'C:\\Windows\\x',
  'CON',
  'nul.txt',
  'x:y',
  'x ',
  'x.',
  '\u202Egpj.exe',
  'a\u0000b',
  'a\nb',
  '%2e%2e%2fx',
  'a?b#c',
  'constructor',
  '__proto__',
  'e\u0301.vmdk',
  '\u00e9.vmdk',
  'n'.repeat(300),
];

test.each(dialects)('a hostile name is a name as any other in the inventory, in /%s', async (dialect) => {
  const { call, linkOf, session, simulator } = await startDownload(dialect, {
    files: hostile.map((name, index) => ({ name, content: String(index) })),
  });
  const { json } = await call('content.library.item.downloadsession.File.list', { session });
  expect(list(json).map((file) => field(file, 'name'))).toEqual(hostile);
  for (const [index, name] of hostile.entries())
    expect({ name, text: await (await simulator.fetch(await linkOf(name))).text() }).toEqual({ name, text: String(index) });
});

test.each(['.', '..'])(
  'the link of a file called %s leads nowhere: clients take such a part out of every address',
  async (name) => {
    const { linkOf, simulator } = await startDownload('api', { files: [{ name, content: 'x' }] });
    expect((await simulator.fetch(await linkOf(name))).status).toBe(404);
  },
);
