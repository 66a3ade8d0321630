/** `content-library doctor`: checks the connection, and what a download of an item would meet. */

import { concat, defer, reduce, takeWhile, tap, type Observable } from 'rxjs';
import type { VCenter } from '../../index.ts';
import { CommandError } from '../command-error.ts';
import { jsonLine, replaceControlCharacters } from '../output/format.ts';
import { run } from '../run.ts';
import { originsOf, readConnection, type ConnectionFlags } from '../settings/connection.ts';
import type { Check } from './checks/check.ts';
import { connectionChecks, type ConnectionContext } from './checks/connection-checks.ts';
import { contentChecks } from './checks/content-checks.ts';
import { observeFetch, type Observed } from './checks/observed-fetch.ts';

/** The flags of `doctor`. */
export interface DoctorFlags {
  readonly json: boolean;
}

/** Prints the checks of the connection and of `LIBRARY[/ITEM]`; returns the exit code. */
export const doctor = (path: string | undefined, flags: ConnectionFlags & DoctorFlags): Promise<number> => {
  const observed: Observed = {};
  let context: ConnectionContext | undefined;
  return run(
    async () => {
      const options = await readConnection(flags);
      const { fetch = globalThis.fetch, server } = options;
      const observing = { ...options, fetch: observeFetch(fetch, observed, String(server)) };
      context = { options: observing, origins: originsOf(flags), observed };
      return observing;
    },
    (vc) => defer(() => (context === undefined ? [] : doctorWith(vc, path, flags, context))),
    { json: flags.json },
  );
};

const doctorWith = (
  vc: VCenter,
  path: string | undefined,
  { json }: DoctorFlags,
  context: ConnectionContext,
): Observable<unknown> =>
  concat(
    connectionChecks(vc, context),
    defer(() => contentChecks(vc, path)),
  ).pipe(
    takeWhile(({ isLast }) => !isLast, true),
    tap((check) => void process.stdout.write(json ? jsonLine(toLine(check)) : text(check))),
    reduce((failed: readonly Check[], check) => (check.code === undefined ? failed : [...failed, check]), []),
    tap(([first, ...others]) => {
      if (first?.code === undefined) return;
      const names = [first, ...others].map(({ name }) => name).join(', ');
      throw new CommandError(
        'CheckFailedError',
        first.code,
        `${others.length + 1} of the checks failed: ${names}. What to do is stated there.`,
      );
    }),
  );

const toLine = ({ name, detail, advice, code }: Check): object => ({
  type: 'check',
  name,
  ok: code === undefined,
  detail,
  ...(advice === undefined ? {} : { advice }),
});

/** Columns of the first two cells. */
const [MARK, NAME] = [6, 13];

const text = ({ name, detail, advice, code }: Check): string => {
  const mark = code === undefined ? (advice === undefined ? 'ok' : 'note') : 'FAIL';
  const lines = [`${mark.padEnd(MARK)}${name.padEnd(NAME)}${detail}`];
  if (advice !== undefined) lines.push(' '.repeat(MARK + NAME) + advice);
  return lines.map((line) => `${replaceControlCharacters(line)}\n`).join('');
};
