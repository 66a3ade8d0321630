/** A download that fails can be started again at once: the sink has released its other files by then. */

import { expect, test } from '@jest/globals';
import { download, type Sink } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { retry } from 'rxjs';
import { temporaryDirectory } from '../node/temporary.ts';
import { collect } from '../support/collect.ts';
import { memorySink } from '../support/memory-sink.ts';
import { preparedAtOnce, simulatedVCenter } from '../support/simulated-vcenter.ts';

const inventory = {
  libraries: [
    {
      name: 'l',
      items: [
        {
          name: 'i',
          id: 'item-1',
          files: [
            { name: 'large.iso', size: 3_000_000 },
            { name: 'broken.iso', size: 10 },
          ],
        },
      ],
    },
  ],
};

/** `broken.iso` is corrupt after `large.iso` has begun. */
const simulate = (times: number) =>
  simulatedVCenter('api', {
    inventory,
    scenario: {
      preparation: preparedAtOnce,
      files: { 'large.iso': { requested: 0, preparing: 0 } },
      faults: [{ operation: 'data', file: 'broken.iso', kind: 'corrupt', at: 3, times }],
    },
  });

test('the error is emitted once the other file is suspended', async () => {
  const { vc } = simulate(9);
  const log: string[] = [];
  const suspended = Promise.withResolvers<undefined>();
  const sink = memorySink();
  const slow: Sink = {
    ...sink,
    open: async (incoming) => {
      const file = await sink.open(incoming);
      if (incoming.name !== 'large.iso') return file;
      return {
        ...file,
        // Never ready for more, so that it is open when the other file fails.
        write: () => new Promise(() => undefined),
        suspend: async () => {
          log.push('suspending');
          await suspended.promise;
          log.push('suspended');
        },
      };
    },
  };
  const ended = collect(download(vc, 'item-1', slow, { fileRetry: false })).then(({ error }) => {
    log.push('error');
    return error;
  });
  while (!log.includes('suspending')) await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(log).toEqual(['suspending']);
  suspended.resolve(undefined);
  expect(await ended).toMatchObject({ _tag: 'ChecksumError' });
  expect(log).toEqual(['suspending', 'suspended', 'error']);
});

test('a retry of the whole download finds no file in use', async () => {
  const { vc } = simulate(1);
  const directory = await temporaryDirectory();
  const events$ = download(vc, 'item-1', toDirectory(directory), { fileRetry: false });
  const { values, error } = await collect(events$.pipe(retry({ count: 1 })));
  expect(error).toBeUndefined();
  expect(values.filter(({ type }) => type === 'saved')).toHaveLength(2);
});
