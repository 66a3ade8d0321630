import { describe, expect, test } from '@jest/globals';
import { cancelDownloadSession, createDownloadSession, vcenter } from 'rx-content-library';
import { lastValueFrom } from 'rxjs';
import { user } from '../support/simulated-vcenter.ts';
import { command, parsed } from './command.ts';
import { servedSimulator } from './served-simulator.ts';

/** Two download sessions of another program: one active, one cancelled. */
const withSessions = async () => {
  const { simulator, url, env } = await servedSimulator();
  const vc = vcenter({ server: url, credentials: user });
  const active = await lastValueFrom(createDownloadSession(vc, 'item-1'));
  const cancelled = await lastValueFrom(createDownloadSession(vc, 'item-2'));
  await lastValueFrom(cancelDownloadSession(vc, cancelled), { defaultValue: undefined });
  const run = (...args: readonly string[]) => command(['sessions', ...args], { env });
  const left = (): readonly string[] => simulator.sessions.map(({ id }) => id);
  return { active, cancelled, run, left };
};

describe('sessions ls', () => {
  test('lists the sessions with their items, states and expiry', async () => {
    const { active, cancelled, run } = await withSessions();
    const ended = await run('ls', '--json');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const expires = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    expect(parsed(ended.stdout)).toEqual([
      { type: 'download-session', id: active, itemId: 'item-1', itemName: 'ubuntu', state: 'ACTIVE', progress: 0, expires },
      expect.objectContaining({ type: 'download-session', id: cancelled, itemName: 'huge', state: 'CANCELED' }),
    ]);
    const text = (await run('ls')).stdout;
    expect(text).toMatch(/^SESSION +ITEM +STATE +PROGRESS +EXPIRES\n/);
    expect(text).toMatch(new RegExp(`^${active} +ubuntu +ACTIVE`, 'm'));
  });

  test('prints nothing if there are none', async () => {
    const { run } = await servedSimulator();
    expect(await run(['sessions', 'ls'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });
});

describe('sessions prune', () => {
  test('deletes those that were cancelled, and leaves active ones', async () => {
    const { active, cancelled, run, left } = await withSessions();
    const ended = await run('prune');
    expect(ended).toMatchObject({ code: 0, stdout: `Deleted ${cancelled} of huge.\n` });
    expect(left()).toEqual([active]);
  });

  test('deletes the sessions with the ids, or all', async () => {
    const { active, cancelled, run, left } = await withSessions();
    const ended = await run('prune', active, '--json');
    expect(parsed(ended.stdout)).toEqual([expect.objectContaining({ id: active, deleted: true })]);
    expect(left()).toEqual([cancelled]);
    expect((await run('prune', '--all')).code).toBe(0);
    expect(left()).toEqual([]);
  });

  test('an unknown id is not found, and nothing is deleted; ids and --all are refused together', async () => {
    const { active, run, left } = await withSessions();
    const unknown = await run('prune', active, 'none');
    expect(unknown).toMatchObject({ code: 4, stderr: expect.stringContaining('with the id none') });
    expect((await run('prune', active, '--all')).code).toBe(2);
    expect(left()).toHaveLength(2);
  });
});

test('sessions without a subcommand shows its help and exits with 2', async () => {
  const { run } = await servedSimulator();
  expect(await run(['sessions'])).toMatchObject({ code: 2, stderr: expect.stringContaining('prune') });
  expect((await run(['sessions', 'rm'])).code).toBe(2);
});
