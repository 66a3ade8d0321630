import { expect, test } from '@jest/globals';
import { download, type DownloadEvent, type DownloadWarning } from 'rx-content-library';
import type { Fault } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { preparedAtOnce, simulatedVCenter } from '../support/simulated-vcenter.ts';

const withFaults = (faults: readonly Fault[]) => simulatedVCenter('api', { scenario: { preparation: preparedAtOnce, faults } });

const onDelete = 'content.library.item.DownloadSession.delete';

const failures: Readonly<Record<string, Fault>> = {
  'is refused': { operation: onDelete, kind: 'refusal', errorType: 'UNAUTHORIZED', message: 'No.' },
  'fails again and again': { operation: onDelete, kind: 'refusal', errorType: 'SERVICE_UNAVAILABLE' },
  'gets no response': { operation: onDelete, kind: 'hang' },
  'is cut off': { operation: onDelete, kind: 'disconnect' },
};

test.each(Object.entries(failures))('a deletion that %s after a success is a warning with the id and the expiry', (_, fault) =>
  inFakeTime(async () => {
    const { simulator, vc } = withFaults([fault]);
    const { values, error } = await collect(download(vc, 'item-1', memorySink()));
    expect(error).toBeUndefined();
    const [session] = simulator.sessions;
    expect(ofType(values, 'warning')).toEqual([
      {
        type: 'warning',
        code: 'SESSION_NOT_DELETED',
        message: expect.stringContaining(
          `Download session ${session?.id} is left on vcenter.example.com:443 until it expires (20`,
        ),
        downloadSessionId: session?.id,
        expires: expect.stringMatching(/^20\d\d-\d\d-\d\dT/),
      },
    ]);
    expect(values.slice(-2).map(({ type }) => type)).toEqual(['warning', 'closed']);
  }),
);

test.each(Object.entries(failures))('a deletion that %s after a failure is a warning before the error', (_, fault) =>
  inFakeTime(async () => {
    const { simulator, vc } = withFaults([fault, { operation: 'data', kind: 'refusal', errorType: 'UNAUTHORIZED' }]);
    const { values, error } = await collect(download(vc, 'item-1', memorySink()));
    expect(error).toMatchObject({ _tag: 'ApiError', operation: expect.stringContaining('ubuntu') });
    expect(values.at(-1)).toMatchObject({ type: 'warning', downloadSessionId: simulator.sessions[0]?.id });
  }),
);

/** Unsubscribes at the first event that matches. Resolves with the warnings after ten more seconds. */
const unsubscribed = (faults: readonly Fault[], when: (event: DownloadEvent) => boolean) =>
  inFakeTime(async () => {
    const { simulator, vc } = withFaults(faults);
    const warnings: DownloadWarning[] = [];
    await new Promise<void>((resolve) => {
      const subscription = download(vc, 'item-1', memorySink(), { onWarning: (warning) => warnings.push(warning) }).subscribe(
        (event) => {
          if (!when(event)) return;
          setTimeout(() => subscription.unsubscribe());
          setTimeout(resolve, 10_000);
        },
      );
    });
    return { simulator, warnings };
  });

test('after an unsubscribe, onWarning is called with a session whose deletion gets no response', async () => {
  const hanging = [
    { operation: 'data', kind: 'hang' },
    { operation: 'content.library.item.DownloadSession.cancel', kind: 'hang' },
    { operation: onDelete, kind: 'hang' },
  ] as const;
  const { simulator, warnings } = await unsubscribed(hanging, ({ type }) => type === 'status');
  expect(warnings).toMatchObject([{ code: 'SESSION_NOT_DELETED', downloadSessionId: simulator.sessions[0]?.id }]);
});

test.each([
  ['a session that was deleted', []],
  ['a session that was gone already', [{ operation: onDelete, kind: 'refusal', errorType: 'NOT_FOUND' } as const]],
  [
    'a session that was deleted although its cancellation was refused',
    [
      {
        operation: 'content.library.item.DownloadSession.cancel',
        kind: 'refusal',
        errorType: 'NOT_ALLOWED_IN_CURRENT_STATE',
      } as const,
    ],
  ],
])('%s causes no warning', async (_, faults: readonly Fault[]) => {
  const { warnings } = await unsubscribed([{ operation: 'data', kind: 'hang' }, ...faults], ({ type }) => type === 'status');
  expect(warnings).toEqual([]);
  const { values } = await inFakeTime(() => collect(download(withFaults(faults).vc, 'item-1', memorySink())));
  expect(ofType(values, 'warning')).toEqual([]);
});

test('a creation that gets no response before the clean-up ends is a warning without an id', () =>
  inFakeTime(async () => {
    const { vc } = withFaults([{ operation: 'content.library.item.DownloadSession.create', kind: 'hang' }]);
    const warnings: DownloadWarning[] = [];
    const subscription = download(vc, 'item-1', memorySink(), { onWarning: (warning) => warnings.push(warning) }).subscribe();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    subscription.unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    expect(warnings).toEqual([
      {
        type: 'warning',
        code: 'SESSION_NOT_DELETED',
        message:
          'A download session may be left on vcenter.example.com:443 until it expires: the server did not respond to the clean-up in time.',
      },
    ]);
  }));
