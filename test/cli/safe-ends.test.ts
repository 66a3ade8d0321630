/** Every signal in every phase of an export: one last line, and no download session left, or it is named. */

import { readdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import type { Handler } from 'rx-content-library/node';
import { temporaryDirectory } from '../node/temporary.ts';
import { codeOf, jsonLines, start, type JsonLine } from './command.ts';
import { servedSimulator, type ServedSimulatorOptions } from './served-simulator.ts';

/** How a phase is reached, and what the server does then. */
interface Phase {
  /** The path to export. */
  readonly path: string;
  readonly scenario?: ServedSimulatorOptions['scenario'];
  /** True if the library lists no files: a checksum is known only after the transfer. */
  readonly statesNoChecksumBefore?: boolean;
  /** Returns true for the request whose response waits until the signal was sent. */
  readonly heldBack?: (request: Request, hasData: boolean) => boolean;
  /** Returns true for the event at which the signal is sent. */
  readonly event?: (event: JsonLine) => boolean;
}

const isPost = ({ method, url }: Request, path: RegExp): boolean => method === 'POST' && path.test(new URL(url).pathname);
const hasBytes = ({ type, received }: JsonLine): boolean => type === 'progress' && received !== 0;
const huge = 'templates/huge';

const phases: Readonly<Record<string, Phase>> = {
  login: { path: huge, heldBack: (request) => isPost(request, /\/api\/session$/) },
  'creation of the session': { path: huge, heldBack: (request) => isPost(request, /\/download-session$/) },
  preparation: {
    path: huge,
    scenario: { preparation: { requested: 3_600_000 } },
    event: ({ type }) => type === 'status',
  },
  transfer: { path: huge, event: hasBytes },
  verification: {
    path: 'templates/ubuntu/*.ovf',
    statesNoChecksumBefore: true,
    heldBack: ({ method, url }, hasData) => hasData && method === 'GET' && /download-session\/[^/]+\/file$/.test(url),
  },
  'cancellation that hangs': {
    path: huge,
    scenario: { faults: [{ operation: 'content.library.item.DownloadSession.cancel', kind: 'hang' }] },
    event: hasBytes,
  },
};

/** Exports with `--json`, and sends the signal when the phase is reached. */
const interruptedIn = async (
  { path, scenario, statesNoChecksumBefore = false, heldBack, event }: Phase,
  signal: NodeJS.Signals,
) => {
  const reached = Promise.withResolvers<undefined>();
  const released = Promise.withResolvers<undefined>();
  let hasData = false;
  const middleware =
    (handler: Handler): Handler =>
    async (request) => {
      if (heldBack?.(request, hasData) === true) {
        reached.resolve(undefined);
        await released.promise;
      }
      hasData ||= request.url.includes('/cls/data/');
      if (statesNoChecksumBefore && /\/library\/item\/[^/]+\/file$/.test(request.url)) return Response.json([]);
      return handler(request);
    };
  const [vcenter, cwd] = await Promise.all([
    servedSimulator({ middleware, ...(scenario === undefined ? {} : { scenario }) }),
    temporaryDirectory(),
  ]);
  const child = start(['export', path, '--json'], { env: vcenter.env, cwd });
  const lines = jsonLines(child.stdout, (line) => {
    if (event?.(line) === true) reached.resolve(undefined);
  });
  const ending = Promise.all([codeOf(child), lines, text(child.stderr)]);
  await Promise.race([reached.promise, ending.then(() => Promise.reject(new Error('ended before the phase')))]);
  child.kill(signal);
  released.resolve(undefined);
  const [code, events, stderr] = await ending;
  return { code, events, stderr, names: await readdir(cwd), simulator: vcenter.simulator };
};

const cases = Object.keys(phases).flatMap((phase) =>
  (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => [signal, phase] as const),
);

test.each(cases)('%s during the %s', async (signal, phase) => {
  const { code, events, stderr, names, simulator } = await interruptedIn(phases[phase] as Phase, signal);
  expect([code, stderr]).toEqual([128 + constants.signals[signal], '']);
  const errors = events.filter(({ type }) => type === 'error');
  expect(errors).toEqual([events.at(-1)]);
  expect(errors).toMatchObject([{ error: { tag: 'InterruptedError', code } }]);
  // What was received is kept for the next run, under no final name.
  expect(names.filter((name) => !/\.part(\.json)?$/.test(name))).toEqual([]);
  for (const { id } of simulator.sessions) expect(JSON.stringify(errors)).toContain(`Download session ${id} is left`);
});
