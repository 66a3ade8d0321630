import { expect, test } from '@jest/globals';
import {
  cancelDownloadSession,
  createDownloadSession,
  deleteDownloadSession,
  prepareDownloadFile,
  vcenter,
} from 'rx-content-library';
import { lastValueFrom, type Observable } from 'rxjs';
import { layoutWatched } from '#src/cli/commands/watch.js';
import { user } from '../support/simulated-vcenter.ts';
import { codeOf, jsonLines, start } from './command.ts';
import { servedSimulator } from './served-simulator.ts';

const done = (call$: Observable<unknown>): Promise<unknown> => lastValueFrom(call$, { defaultValue: undefined });

/** Watches a session of another program; `act` is called once, when its files are prepared. */
const watching = async (act: (vc: ReturnType<typeof vcenter>, id: string) => Observable<unknown>) => {
  const { url, env } = await servedSimulator();
  const vc = vcenter({ server: url, credentials: user });
  const id = await lastValueFrom(createDownloadSession(vc, 'item-1'));
  await done(prepareDownloadFile(vc, id, 'ubuntu.ovf'));
  const child = start(['watch', id, '--json'], { env });
  const ended = codeOf(child);
  let acted: Promise<unknown> | undefined;
  const lines = await jsonLines(child.stdout, (line) => {
    const files = line['files'] as { readonly status: string }[] | undefined;
    if (files?.some(({ status }) => status === 'PREPARED') === true) acted ??= done(act(vc, id));
  });
  await acted;
  return { lines, id, code: await ended };
};

test('watch ends with 0 when the session is deleted after its files were prepared', async () => {
  const { lines, id, code } = await watching((vc, id) => deleteDownloadSession(vc, id));
  expect(code).toBe(0);
  expect(lines.every(({ type }) => type === 'watched')).toBe(true);
  expect(lines.at(-1)).toMatchObject({
    type: 'watched',
    id,
    itemId: 'item-1',
    state: 'ACTIVE',
    files: [
      { name: 'ubuntu.ovf', status: 'PREPARED' },
      { name: 'ubuntu-disk1.vmdk', status: 'UNPREPARED', bytesTransferred: 0 },
      { name: 'ubuntu.nvram', status: 'UNPREPARED' },
    ],
  });
});

test('watch ends with 7 when the session is cancelled', async () => {
  const { lines, code } = await watching((vc, id) => cancelDownloadSession(vc, id));
  expect(code).toBe(7);
  expect(lines.slice(-2)).toMatchObject([
    { type: 'watched', state: 'CANCELED' },
    { type: 'error', error: { tag: 'LeaseError', code: 7 } },
  ]);
});

test('on a terminal, the files that are prepared come first, as many as there are rows', () => {
  const file = (name: string, status: 'PREPARED' | 'PREPARING' | 'UNPREPARED') => ({ name, status, bytes_transferred: 0 });
  const files = [file('waiting.iso', 'UNPREPARED'), file(`${'n'.repeat(60)}.vmdk`, 'PREPARED'), file('disk.vmdk', 'PREPARING')];
  const session = { library_item_id: 'item-1', state: 'ACTIVE', client_progress: 40 } as const;
  expect(layoutWatched({ session, files }, { columns: 40, rows: 5 })).toEqual([
    'session: active, 40 % downloaded',
    'disk.vmdk: preparing',
    expect.stringMatching(/^n+…n*\.vmdk: prepared$/),
    '+1 more',
  ]);
});

test('an unknown session is not found', async () => {
  const { run } = await servedSimulator();
  expect(await run(['watch', 'none'])).toMatchObject({ code: 4, stderr: expect.stringContaining('See sessions ls.') });
});
