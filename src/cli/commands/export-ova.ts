/** `content-library export --ova`: all files of an item as one OVA. */

import { defer, finalize, ignoreElements, tap, type Observable } from 'rxjs';
import { usageError } from '../command-error.ts';
import { formatBytes, formatFileCount, jsonLine, replaceControlCharacters } from '../output/format.ts';
import type { Log } from '../output/log-file.ts';
import { fileDestination, stdoutDestination } from '../ova/destination.ts';
import { createOva, type Ova, type OvaResult } from '../ova/ova.ts';

/** The flags that concern an OVA. */
export interface OvaFlags {
  readonly force: boolean;
  readonly continueOnError: boolean;
  readonly manifest: boolean;
  readonly dryRun: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/**
 * Creates an OVA, and passes it to the export.
 *
 * - Emits: as the export does.
 * - Completes: as the export does.
 * - Errors: as the export does.
 * - Unsubscribing: unsubscribes from the export; what was written to a file is removed, unless the OVA is complete.
 *
 * @param file - Path of the OVA, or `-`.
 * @throws CommandError (usage) if other flags do not fit.
 */
export const openOva = (
  file: string,
  destination: string | undefined,
  flags: OvaFlags,
  exportInto: (ova: Ova) => Observable<unknown>,
): Observable<unknown> => {
  if (destination !== undefined)
    throw usageError(`--ova is the destination already: leave out ${JSON.stringify(destination)}, or --ova.`);
  if (flags.manifest) throw usageError('An OVA always has a manifest: leave out --manifest.');
  if (flags.continueOnError) throw usageError('An OVA has all files of an item: leave out --continue-on-error.');
  if (flags.dryRun) throw usageError('--dry-run is about a directory: leave out --ova.');
  return defer(() => {
    const ova = createOva(file === '-' ? stdoutDestination() : fileDestination(file, flags.force));
    // The process does not end before the file is removed.
    return exportInto(ova).pipe(finalize(() => void ova.discard().catch(() => undefined)));
  });
};

/** Writes the rest of an OVA whose files are all saved, and prints what it is. */
export const finishOva = (
  ova: Ova,
  results: NodeJS.WritableStream,
  { json, quiet }: Pick<OvaFlags, 'json' | 'quiet'>,
  log: Log,
): Observable<never> =>
  defer(() => ova.finish()).pipe(
    tap(({ result, warnings }) => {
      for (const { code, message } of warnings) {
        const warning = { type: 'warning', code, message };
        log(warning);
        if (json) results.write(jsonLine(warning));
        else process.stderr.write(`Warning: ${replaceControlCharacters(message)}\n`);
      }
      log(result);
      if (json) results.write(jsonLine(result));
      else if (!quiet && result.path !== undefined) results.write(`${summary(result)}\n`);
    }),
    ignoreElements(),
  );

const summary = ({ path = '', bytes, files, manifest }: OvaResult): string =>
  [path, formatBytes(bytes), formatFileCount(files), `manifest ${manifest}`].join('  ');
