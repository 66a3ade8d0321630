import { expect, test } from '@jest/globals';
import { asArray, dialects, field, startDownload } from './call.ts';

/** Names that escape a directory, are reserved, display as another name, or need escaping. */
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

test.each(dialects)('the inventory accepts hostile names, in /%s', async (dialect) => {
  const { call, linkOf, session, simulator } = await startDownload(dialect, {
    files: hostile.map((name, index) => ({ name, content: String(index) })),
  });
  const { json } = await call('content.library.item.downloadsession.File.list', { session });
  expect(asArray(json).map((file) => field(file, 'name'))).toEqual(hostile);
  for (const [index, name] of hostile.entries())
    expect({ name, text: await (await simulator.fetch(await linkOf(name))).text() }).toEqual({ name, text: String(index) });
});

test.each(['.', '..'])('the link of a file named %s returns 404: clients remove such segments from URLs', async (name) => {
  const { linkOf, simulator } = await startDownload('api', { files: [{ name, content: 'x' }] });
  expect((await simulator.fetch(await linkOf(name))).status).toBe(404);
});
