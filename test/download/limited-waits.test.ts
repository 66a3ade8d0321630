import { describe, expect, test } from '@jest/globals';
import { download, listLibraries, vcenter, type VCenterOptions } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { inventory, preparedAtOnce, user } from '../support/simulated-vcenter.ts';

const connect = (operation: string, options: Partial<VCenterOptions> = {}) => {
  const faults = [{ operation, kind: 'hang' } as const];
  const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce, faults } });
  return vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch: simulator.fetch, ...options });
};

describe('a server that accepts a request and never responds', () => {
  test.each([
    'cis.Session.create',
    'content.library.item.DownloadSession.create',
    'content.library.item.DownloadSession.get',
    'content.library.item.downloadsession.File.list',
    'content.library.item.downloadsession.File.prepare',
    'data',
  ])('ends a download within its timeout, and the clean-up after it (%s)', async (operation) => {
    const { error, elapsed } = await inFakeTime(async () => {
      const startedAt = Date.now();
      const options = { timeout: 2000, fileRetry: false } as const;
      const { error } = await collect(download(connect(operation), 'item-1', memorySink(), options));
      return { error, elapsed: Date.now() - startedAt };
    });
    expect(error).toMatchObject({ _tag: 'TimeoutError', timeout: 2000, host: 'vcenter.example.com:443' });
    expect(elapsed).toBeLessThan(8000);
  });

  test.each(['cis.Session.create', 'content.Library.list'])(
    'ends a call within the timeout of the connection (%s)',
    async (operation) => {
      const { error, elapsed } = await inFakeTime(async () => {
        const startedAt = Date.now();
        const vc = connect(operation, { timeout: 2000, retry: { budget: 2000 } });
        return { error: (await collect(listLibraries(vc))).error, elapsed: Date.now() - startedAt };
      });
      expect(error).toMatchObject({ _tag: 'TimeoutError', operation, timeout: 2000 });
      expect(elapsed).toBeLessThan(2500);
    },
  );
});
