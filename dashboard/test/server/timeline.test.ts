/** The timeline of an export: its steps in order, each run from its start, and a bound. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DownloadEvent, QueuedDownload } from 'rx-content-library';
import { createTimelines } from '../../shared/timeline.ts';

const create = () => {
  let time = 0;
  const timelines = createTimelines(() => (time += 1));
  return {
    to: (status: QueuedDownload['status'], reason?: string) => {
      const download: QueuedDownload = { id: '1', itemId: 'item-1', status, received: 0, addedAt: 0 };
      timelines.onState({ downloads: [reason === undefined ? download : { ...download, reason }] });
    },
    emit: (event: unknown) => timelines.onEvent({ id: '1', event: event as DownloadEvent }),
    steps: () => timelines.of('1').map(({ at, step, detail }) => [at, step, ...(detail === undefined ? [] : [detail])]),
    remove: () => timelines.onState({ downloads: [] }),
  };
};

test('has the first of each phase, saved files, and the statuses', () => {
  const { to, emit, steps } = create();
  to('waiting');
  to('running');
  to('running');
  emit({ type: 'opened', files: [{ name: 'a' }, { name: 'b' }] });
  for (const status of ['PREPARING', 'PREPARED', 'PREPARED']) emit({ type: 'status', file: 'a', status });
  for (let count = 0; count < 3; count += 1) emit({ type: 'progress', file: 'a' });
  emit({ type: 'saved', file: 'a' });
  to('failed', 'the disk is full');
  assert.deepEqual(steps(), [
    [1, 'waiting'],
    [2, 'running'],
    [3, 'preparing'],
    [4, 'prepared'],
    [5, 'downloading'],
    [6, 'file', 'a'],
    [7, 'failed', 'the disk is full'],
  ]);
});

test('a retry has its own phases, and a removed export has no steps', () => {
  const { to, emit, steps, remove } = create();
  to('running');
  emit({ type: 'progress' });
  to('cancelled');
  to('running');
  emit({ type: 'progress' });
  assert.deepEqual(
    steps().map(([, step]) => step),
    ['running', 'downloading', 'cancelled', 'running', 'downloading'],
  );
  remove();
  assert.deepEqual(steps(), []);
});

test('keeps the first step and the latest 59', () => {
  const { to, emit, steps } = create();
  to('running');
  for (let count = 0; count < 100; count += 1) emit({ type: 'retrying', error: { message: String(count) } });
  assert.equal(steps().length, 60);
  assert.deepEqual(steps()[0], [1, 'running']);
  assert.deepEqual(steps().at(-1), [101, 'retrying', '99']);
});
