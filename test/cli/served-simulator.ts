/** A simulated vCenter on a port, and every secret that it sent or received. */

import { expect } from '@jest/globals';
import { nodeHash, type Handler, type ServeOptions } from 'rx-content-library/node';
import { createSimulator, type Inventory, type SimulatorOptions } from 'rx-content-library/simulator';
import { served } from '../node/servers.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';
import { command, type CommandOptions, type Ended } from './command.ts';

export const { username, password } = user;

/** More bytes than a pipe buffers, with nearly every value. */
export const allBytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);

const twin = { name: 'twin', items: [] };

export const inventory: Inventory = {
  libraries: [
    {
      id: 'lib-1',
      name: 'templates',
      items: [
        {
          id: 'item-1',
          name: 'ubuntu',
          type: 'ovf',
          contentVersion: '7',
          files: [
            { name: 'ubuntu.ovf', content: '<Envelope/>' },
            { name: 'ubuntu-disk1.vmdk', content: allBytes },
            { name: 'ubuntu.nvram', content: 'nvram' },
          ],
        },
        { id: 'item-2', name: 'huge', files: [{ name: 'huge.iso', size: 8_000_000_000 }] },
        { id: 'item-3', name: 'twin', files: [] },
        { id: 'item-4', name: 'twin', type: 'iso', files: [{ name: 'one.iso', content: 'one' }] },
        { id: 'item-5', name: 'unsafe', files: [{ name: '../outside', content: 'x' }] },
      ],
    },
    { ...twin, id: 'lib-2' },
    { ...twin, id: 'lib-3' },
  ],
};

/** Runs a test in both dialects concurrently. */
export const inBothDialects = async (run: (dialect: 'api' | 'rest') => Promise<void>): Promise<void> => {
  await Promise.all([run('api'), run('rest')]);
};

export interface ServedSimulatorOptions extends SimulatorOptions {
  readonly tls?: ServeOptions['tls'];
  /** Wraps the simulator. */
  readonly middleware?: (handler: Handler) => Handler;
}

export const servedSimulator = async ({ tls, middleware = (handler) => handler, ...options }: ServedSimulatorOptions = {}) => {
  const simulator = createSimulator({
    inventory,
    users: [user],
    createHash: nodeHash,
    ...options,
    scenario: { preparation: preparedAtOnce, ...options.scenario },
  });
  const secrets = new Set([password, encodeURIComponent(password), '/cls/data/']);
  const note = (secret: string | null): unknown => (secret === null || secret === '' ? undefined : secrets.add(secret));
  const handler: Handler = async (request) => {
    note(request.headers.get('vmware-api-session-id'));
    note(request.headers.get('authorization')?.replace('Basic ', '') ?? null);
    note(/\/cls\/data\/([^/]+)/.exec(request.url)?.[1] ?? null);
    return simulator.fetch(request);
  };
  const server = await served(middleware(handler), tls === undefined ? {} : { tls });
  const env = { VCENTER_URL: server.url, VCENTER_USERNAME: username, VCENTER_PASSWORD: password };
  /** Fails if the output contains a secret. */
  const expectNoSecret = (output: string): void => {
    for (const secret of secrets) expect(output).not.toContain(secret);
  };
  return {
    simulator,
    url: server.url,
    env,
    expectNoSecret,
    /** Runs the command against it, and fails if the output contains a secret or a session is left on the server. */
    run: async (args: readonly string[], commandOptions: CommandOptions = {}): Promise<Ended & { readonly bytes: Buffer }> => {
      const ended = await command(args, { ...commandOptions, env: { ...env, ...commandOptions.env } });
      expectNoSecret(ended.stdout + ended.stderr);
      expect({ downloadSessions: simulator.sessions, apiSessions: simulator.apiSessions }).toEqual({
        downloadSessions: [],
        apiSessions: 0,
      });
      return ended;
    },
  };
};
