/** `content-library simulate`: serves a simulated vCenter on a port of this machine. */

import { createSelfSignedCertificate, nodeHash, serve } from '../../node/index.ts';
import type { Simulator } from '../../simulator/index.ts';
import { usageError } from '../command-error.ts';
import { reportFailure } from '../output/failure.ts';
import { jsonLine } from '../output/format.ts';
import { findLostOutput } from '../output/lost-output.ts';
import { exitCodeOf, onSignal } from '../signals.ts';
import { createSimulatorFromFiles } from './simulator-files.ts';

/** The flags of `simulate`. */
export interface SimulateFlags {
  readonly port: number;
  /** True to serve HTTPS with a generated self-signed certificate. */
  readonly tls: boolean;
  /** Path of a JSON file. */
  readonly inventory?: string;
  /** Path of a JSON file. */
  readonly scenario?: string;
  readonly json: boolean;
}

const user = { username: 'administrator@vsphere.local', password: 'secret' };

/** Serves until the first signal, and returns the exit code. Prints an error if the server cannot start. */
export const simulate = async (flags: SimulateFlags): Promise<number> => {
  try {
    const tls = flags.tls ? createSelfSignedCertificate() : undefined;
    const simulator = createSimulatorFromFiles(flags, {
      users: [user],
      createHash: nodeHash,
      certificate: tls && { thumbprint: tls.thumbprint, pem: tls.cert },
    });
    const exitCode = firstSignal();
    const server = await serve(simulator.fetch, { port: flags.port, ...(tls === undefined ? {} : { tls }) }).catch(
      rethrowPortError(flags.port),
    );
    if (flags.json) printJson(simulator, { url: server.url, ...tls });
    else printText(server.url, tls?.thumbprint);
    try {
      // A server whose address was not printed cannot be used.
      return (await findLostOutput(process.stdout)) === undefined ? await exitCode : 0;
    } finally {
      await server.close();
    }
  } catch (thrown) {
    return reportFailure(thrown, flags);
  }
};

const rethrowPortError =
  (port: number) =>
  (error: NodeJS.ErrnoException): never => {
    if (error.code === 'EADDRINUSE') throw usageError(`Port ${port} is in use: choose another one, or 0 for a free one.`);
    if (error.code === 'EACCES') throw usageError(`Permission denied for port ${port}: choose one above 1023.`);
    throw error;
  };

/** The password is the simulator's own, not a secret. */
const printText = (url: string, thumbprint: string | undefined): void => {
  const lines = [
    `Simulated vCenter at ${url}. Open it in a browser to watch sessions and requests. Press Ctrl-C to stop.`,
    '',
    `export VCENTER_URL=${url} VCENTER_USERNAME=${user.username} VCENTER_PASSWORD=${user.password}`,
    `content-library ls${thumbprint === undefined ? '' : ` --thumbprint ${thumbprint}`}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
};

const printJson = (
  simulator: Simulator,
  { url, thumbprint, cert }: { readonly url: string; readonly thumbprint?: string; readonly cert?: string },
): void => {
  process.stdout.write(
    jsonLine({ type: 'serving', url, ...user, ...(cert === undefined ? {} : { thumbprint, certificate: cert }) }),
  );
  simulator.requests$.subscribe((request) => process.stdout.write(jsonLine({ type: 'request', ...request })));
};

/** Resolves with the exit code of the first signal. A second one exits at once. */
const firstSignal = (): Promise<number> =>
  new Promise((resolve) => {
    let isFirst = true;
    onSignal((signal) => {
      if (!isFirst) process.exit(exitCodeOf(signal));
      isFirst = false;
      resolve(exitCodeOf(signal));
    });
  });
