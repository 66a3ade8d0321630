/** `content-library simulate`: a vCenter of one's own on a port. */

import { nodeHash, createSelfSignedCertificate, serve } from '../node/index.ts';
import { createSimulator, type Simulator } from '../simulator/index.ts';
import { messageOf, usageError } from './command-error.ts';
import { jsonLine } from './json-line.ts';
import { reportFailure } from './run.ts';

/** What `simulate` is told. */
export interface SimulateFlags {
  readonly port: number;
  /** Serve HTTPS, with a certificate made for the occasion. */
  readonly tls: boolean;
  /** A file of JSON. */
  readonly inventory?: string;
  /** A file of JSON. */
  readonly scenario?: string;
  readonly json: boolean;
}

const user = { username: 'administrator@vsphere.local', password: 'secret' };

const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Serves until a signal comes; answers the exit code. What could not be begun has been told by then. */
export const simulate = async (flags: SimulateFlags): Promise<number> => {
  try {
    const tls = flags.tls ? createSelfSignedCertificate() : undefined;
    const simulator = await simulatorFrom(flags, tls?.thumbprint);
    const ended = signal();
    const server = await serve(simulator.fetch, { port: flags.port, ...(tls === undefined ? {} : { tls }) }).catch(
      refused(flags),
    );
    if (flags.json) tellProgram(simulator, { url: server.url, ...tls });
    else tellPerson(server.url, tls?.thumbprint);
    const code = await ended;
    await server.close();
    return code;
  } catch (thrown) {
    return reportFailure(thrown, flags);
  }
};

/** Loads the JSON Schema validator, which only these files need. */
const loadFiles = () => import('./simulator-files.ts');

const simulatorFrom = async (flags: SimulateFlags, thumbprint: string | undefined): Promise<Simulator> => {
  const inventory = flags.inventory === undefined ? undefined : await (await loadFiles()).readInventory(flags.inventory);
  const scenario = flags.scenario === undefined ? undefined : await (await loadFiles()).readScenario(flags.scenario);
  try {
    return createSimulator({
      users: [user],
      createHash: nodeHash,
      ...(inventory === undefined ? {} : { inventory }),
      ...(scenario === undefined ? {} : { scenario }),
      ...(thumbprint === undefined ? {} : { certificate: { thumbprint } }),
    });
  } catch (thrown) {
    throw usageError(`No simulator can be made of this: ${messageOf(thrown)}`);
  }
};

const refused =
  ({ port }: SimulateFlags) =>
  (error: NodeJS.ErrnoException): never => {
    if (error.code === 'EADDRINUSE')
      throw usageError(`The port ${port} is taken: choose another one, or 0 for any that is free.`);
    if (error.code === 'EACCES') throw usageError(`The port ${port} may not be used by you: choose one above 1023.`);
    throw error;
  };

/** Who and what to give to the client; the password is the simulator's own, and no secret. */
const tellPerson = (url: string, thumbprint: string | undefined): void => {
  const lines = [
    `A simulated vCenter stands at ${url}. Open it in a browser to see what goes on; Ctrl-C ends it.`,
    '',
    `export VCENTER_URL=${url} VCENTER_USERNAME=${user.username} VCENTER_PASSWORD=${user.password}`,
    `content-library ls${thumbprint === undefined ? '' : ` --thumbprint ${thumbprint}`}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
};

const tellProgram = (
  simulator: Simulator,
  { url, thumbprint, cert }: { readonly url: string; readonly thumbprint?: string; readonly cert?: string },
): void => {
  process.stdout.write(
    jsonLine({ type: 'serving', url, ...user, ...(cert === undefined ? {} : { thumbprint, certificate: cert }) }),
  );
  simulator.requests$.subscribe((request) => process.stdout.write(jsonLine({ type: 'request', ...request })));
};

/** The exit code of the first signal. The second one ends the process at once. */
const signal = (): Promise<number> =>
  new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve(codes[name]));
  });
