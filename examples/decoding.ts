import { fold, toError, type Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { chainEitherKW, tryCatch, type TaskEither } from 'fp-ts/lib/TaskEither.js';
import { PathReporter } from 'io-ts/lib/PathReporter.js';
import { decoder, DownloadFileInfo, type DecodeError } from 'rx-content-library';

const prepared = { name: 'disk.vmdk', bytes_transferred: 700, status: 'PREPARED', size: null };

// #region decoder
const decode: (response: unknown) => Either<DecodeError, DownloadFileInfo> = decoder(DownloadFileInfo, 'my own request');

const describe = (response: unknown): string =>
  pipe(
    decode(response),
    fold(
      (error) => error.message,
      ({ name, status }) => `${name}: ${String(status)}`,
    ),
  );
// #endregion
console.log(describe(prepared));
console.log(describe({ ...prepared, bytes_transferred: '700' }));

// #region codec
console.log(PathReporter.report(DownloadFileInfo.decode({ name: 'disk.vmdk' })));
// #endregion

// #region task
const read = (load: () => Promise<unknown>): TaskEither<Error, DownloadFileInfo> =>
  pipe(tryCatch(load, toError), chainEitherKW(decode));
// #endregion
console.log(await read(() => Promise.resolve(prepared))());
