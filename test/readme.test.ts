import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const pages = ['README.md', ...readdirSync(join(root, 'docs'), { recursive: true }).map((file) => `docs/${String(file)}`)].filter(
  (file) => file.endsWith('.md') && !file.startsWith('docs/api/'),
);
const examples = readdirSync(join(root, 'examples'), { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts'));

/** Indentation apart: a slice of a file stands further in than on a page. */
const flat = (code: string): string =>
  code
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^\/\/ #(?:end)?region/.test(line))
    .join('\n');

const blocks = pages.flatMap((page) =>
  [...read(page).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ''], index) => ({ page, index: index + 1, code })),
);

describe('the TypeScript blocks of README and docs', () => {
  test('are found', () => {
    expect(blocks.length).toBeGreaterThan(4);
  });

  test.each(blocks)('$page, block $index is a slice of an example', ({ code }) => {
    const sources = examples.map((file) => flat(read(`examples/${file}`)));
    expect(sources.some((source) => source.includes(flat(code)))).toBe(true);
  });

  test('the first one is an example as a whole, and stands before line 20', () => {
    expect(blocks[0]?.code).toBe(read('examples/first.ts'));
    expect(read('README.md').split('\n').indexOf('```ts')).toBeLessThan(20);
  });
});

describe('the examples', () => {
  // These need a server or a test runner, or are the long demonstration: they run in tests of their own and in `npm start`.
  const alone = examples.filter((file) => !['demo.ts', 'export-item.ts'].includes(file) && !file.startsWith('testing/'));

  test.each(alone)('%s runs as it stands, without a vCenter', (file) => {
    const folder = mkdtempSync(join(tmpdir(), 'rx-content-library-'));
    const conditions = process.env['RX_CONTENT_LIBRARY_TEST'] === 'dist' ? [] : ['--conditions=rx-content-library-source'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...conditions, join(root, 'examples', file)], {
      cwd: folder,
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).not.toBe('');
  });
});

describe('the pages', () => {
  test.each(pages)('%s links only to what is there', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    for (const link of links) expect(() => readdirOrFile(join(root, page, '..', link))).not.toThrow();
  });
});

const readdirOrFile = (path: string): unknown => (path.endsWith('/') ? readdirSync(path) : readFileSync(path));
