/** The live display on a real terminal: resized, stopped and continued. */

import { execFile, execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import stringWidth from 'string-width';
import { temporaryDirectory } from '../node/temporary.ts';
import { commandLine } from './command.ts';
import { servedSimulator } from './served-simulator.ts';

const hasTmux = ((): boolean => {
  try {
    execFileSync('tmux', ['-V']);
    return true;
  } catch {
    return false;
  }
})();

const socket = `content-library-${process.pid}`;
const tmux = async (...args: readonly string[]): Promise<string> =>
  (await promisify(execFile)('tmux', ['-L', socket, '-f', '/dev/null', ...args])).stdout;

afterEach(async () => {
  if (hasTmux) await tmux('kill-server').catch(() => undefined);
});

/** The visible lines. */
const screen = async (): Promise<readonly string[]> => (await tmux('capture-pane', '-p')).trimEnd().split('\n');

/** Resolves with the screen once it is as expected. */
const until = async (isExpected: (lines: readonly string[]) => boolean): Promise<readonly string[]> => {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const lines = await screen();
    if (isExpected(lines)) return lines;
    if (Date.now() > deadline) throw new Error(`Not on the screen after a minute:\n${lines.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

const liveLines = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => /^all files|^disk-\d\.vmdk {2}|more$/.test(line));

(hasTmux ? test : test.skip)(
  'on a terminal that is resized, stopped and continued, there is one live line per file and one for the total, and none at the end',
  async () => {
    // It never ends.
    const { url, env } = await servedSimulator({
      inventory: {
        libraries: [
          {
            name: 'templates',
            items: [{ name: 'large', files: [1, 2, 3].map((disk) => ({ name: `disk-${disk}.vmdk`, size: 1_000_000_000 })) }],
          },
        ],
      },
      scenario: { data: { bytesPerSecond: 100_000 } },
    });
    const { file, rest, env: baseEnv } = commandLine(['export', 'templates/large', await temporaryDirectory()]);
    await tmux('new-session', '-d', '-x', '100', '-y', '20', `env -i TERM=screen LANG=C.UTF-8 bash --norc`);
    const variables = Object.entries({ ...baseEnv, ...env, VCENTER_URL: url }).map(([name, value]) => `${name}='${value ?? ''}'`);
    const script = join(await temporaryDirectory(), 'export.sh');
    const words = [file, ...rest].map((word) => `'${word}'`).join(' ');
    await writeFile(script, `${variables.map((variable) => `export ${variable}\n`).join('')}exec ${words}\n`);
    await tmux('send-keys', `clear; bash ${script}`, 'Enter');
    const isDownloading = (lines: readonly string[]): boolean =>
      lines.some((line) => /^all files +\d+ % +\S+ \S+ left/.test(line));

    const wide = await until((lines) => isDownloading(lines) && liveLines(lines).length === 4);
    expect(wide.find((line) => line.startsWith('disk-1.vmdk'))).toMatch(/ of 1\.0 GB {2}░+$/);

    await tmux('resize-window', '-x', '40', '-y', '20');
    const narrow = await until(
      (lines) => isDownloading(lines) && lines.every((line) => stringWidth(line) <= 40 && !line.includes('░')),
    );
    expect(liveLines(narrow)).toHaveLength(4);

    await tmux('resize-window', '-x', '100', '-y', '4');
    const low = await until((lines) => isDownloading(lines) && lines.some((line) => line.startsWith('+2 more')));
    expect(liveLines(low)).toHaveLength(3);
    await tmux('resize-window', '-x', '100', '-y', '20');

    await tmux('send-keys', 'C-z');
    const stopped = await until((lines) => lines.some((line) => line.includes('Stopped')));
    expect(liveLines(stopped)).toEqual([]);
    await tmux('send-keys', 'fg', 'Enter');
    const continued = await until((lines) => isDownloading(lines) && liveLines(lines).length === 4);
    expect(liveLines(continued)).toHaveLength(4);

    await tmux('send-keys', 'C-c');
    const ended = await until((lines) => lines.some((line) => line.startsWith('InterruptedError')));
    expect(liveLines(ended)).toEqual([]);
  },
  120_000,
);
