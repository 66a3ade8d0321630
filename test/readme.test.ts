import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const pages = ['*.md', 'docs/**/*.md', '.github/**/*.md']
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !file.startsWith('docs/api/'));
const examples = readdirSync(join(root, 'examples'), { recursive: true })
  .map(String)
  .filter((file) => /\.(?:tsx?|svelte)$/.test(file));

/** Removes indentation, because a slice of a file is indented more than on the page. */
const normalize = (code: string): string =>
  code
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^\/\/ #(?:end)?region/.test(line))
    .join('\n');

const blocks = pages.flatMap((page) =>
  [...read(page).matchAll(/^```(?:tsx?|svelte)\n(.*?)^```$/gms)].map(([, code = ''], index) => ({
    page,
    index: index + 1,
    code,
  })),
);

describe('TypeScript blocks of README and docs', () => {
  test('exist', () => {
    expect(blocks.length).toBeGreaterThan(4);
  });

  test.each(blocks)('$page, block $index is a slice of an example', ({ code }) => {
    const sources = examples.map((file) => normalize(read(`examples/${file}`)));
    expect(sources.some((source) => source.includes(normalize(code)))).toBe(true);
  });

  test('the first one is a complete example, and starts before line 20', () => {
    expect(blocks.find(({ page }) => page === 'README.md')?.code).toBe(read('examples/first.ts'));
    expect(read('README.md').split('\n').indexOf('```ts')).toBeLessThan(20);
  });
});

describe('examples', () => {
  // The others need a server, a test runner or a page, or are the long demonstration of `npm start`; they have tests of their own.
  const standalone = examples.filter(
    (file) => !['demo.ts', 'export-item.ts'].includes(file) && !/^(?:testing|pages)\b/.test(file),
  );

  test.each(standalone)('%s runs without a vCenter', (file) => {
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

/** Returns the anchor that GitHub generates for a heading. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading));

describe('pages', () => {
  test.each(pages)('%s links to existing files and headings only', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    for (const [, link = '', anchor] of links) {
      const target = link === '' ? page : join(page, '..', link);
      expect(existsSync(join(root, target)) ? target : `no ${target}`).toBe(target);
      if (anchor !== undefined) expect(anchorsOf(read(target))).toContain(anchor);
    }
  });
});
