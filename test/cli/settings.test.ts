import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CommandError } from '#src/cli/command-error.js';
import { readConnection } from '#src/cli/settings/connection.js';
import type { Environment, Profile } from '#src/cli/settings/profiles.js';
import { resolveSettings, type SettingFlags, type Settings } from '#src/cli/settings/settings.js';
import { temporaryDirectory } from '../node/temporary.ts';
import { command } from './command.ts';
import { password, servedSimulator, username } from './served-simulator.ts';

/** Every choice of one value per name. */
const combinations = <A extends Readonly<Record<string, readonly unknown[]>>>(
  choices: A,
): readonly { readonly [K in keyof A]: A[K][number] }[] =>
  Object.entries(choices).reduce<readonly object[]>(
    (rows, [name, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value }))),
    [{}],
  ) as readonly { readonly [K in keyof A]: A[K][number] }[];

/** Addresses that contain the name of their origin in every part. */
const addresses = (origin: string) => [
  undefined,
  `https://${origin}.test`,
  `https://${origin}-user@${origin}.test`,
  `https://${origin}-user:${origin}-password@${origin}.test/sdk`,
];

const flagSets: readonly SettingFlags[] = combinations({
  server: addresses('flags').slice(0, 3),
  username: [undefined, 'flags-user'],
  passwordStdin: [undefined, true],
  sessionId: [undefined, '-'],
  profile: [undefined, 'work'],
}) as readonly SettingFlags[];

const variableSets = combinations({
  VCENTER_URL: addresses('variables'),
  VCENTER_USERNAME: [undefined, 'variables-user'],
  VCENTER_PASSWORD: [undefined, 'variables-password'],
  VCENTER_SESSION_ID: [undefined, 'variables-session'],
});

const govcSets = combinations({
  GOVC_URL: addresses('govc'),
  GOVC_USERNAME: [undefined, 'govc-user'],
  GOVC_PASSWORD: [undefined, 'govc-password'],
});

const profiles: readonly (Profile | undefined)[] = [
  undefined,
  { name: 'work', server: 'https://profile.test' },
  { name: 'work', username: 'profile-user', password: 'profile-password' },
  { name: 'work', server: 'https://profile.test', username: 'profile-user', password_command: 'profile-command' },
  { name: 'work', server: 'https://profile-user:profile-password@profile.test' },
];

const hasAny = (set: object): boolean => Object.values(set).some((value) => value !== undefined);

const resolve = (flags: SettingFlags, env: Environment, profile?: Profile): Settings | Error => {
  try {
    return resolveSettings(
      flags,
      env,
      (_, value) => value,
      () => profile,
    );
  } catch (thrown) {
    return thrown as Error;
  }
};

/** The origins of server, user, password and session. Only flags read standard input. */
const originsOf = ({ address, credentials, origin }: Settings): readonly (string | undefined)[] => {
  const secrets = 'sessionId' in credentials ? [credentials.sessionId] : [credentials.password, { value: credentials.username }];
  return [
    origin,
    address.url.hostname.split('.')[0],
    ...secrets.map((secret) => {
      if ('value' in secret) return secret.value.split('-')[0];
      return 'command' in secret ? String(secret.command).split('-')[0] : 'flags';
    }),
  ];
};

/** Returns true if a set has a server and a session, or a server, a user and a password. */
const isComplete = (url: string | undefined, user: unknown, secret: unknown, session: unknown): boolean =>
  url !== undefined &&
  (session !== undefined ||
    ((user !== undefined || url.includes('-user')) && (secret !== undefined || url.includes('-password'))));

test('in all combinations of flags, VCENTER_…, GOVC_… and profile, server, user, password and session have one origin', () => {
  let [accepted, rejected] = [0, 0];
  for (const flags of flagSets)
    for (const variables of variableSets)
      for (const govc of govcSets)
        for (const profile of profiles) {
          const settings = resolve(flags, { ...variables, ...govc }, profile);
          const actual = settings instanceof Error ? 'usage error' : [...new Set(originsOf(settings))].join();
          if (actual !== expectedOrigin(flags, variables, govc, profile))
            throw new Error(JSON.stringify([flags, variables, govc, profile, actual]));
          if (settings instanceof Error) {
            if (!(settings instanceof CommandError) || settings.tag !== 'UsageError') throw settings;
            rejected += 1;
          } else accepted += 1;
        }
  expect(accepted + rejected).toBe(48 * 32 * 16 * 5);
  expect(Math.min(accepted, rejected)).toBeGreaterThan(1000);
});

/** Returns the origin of the only set that may be used; a usage error if the first one with any part is not complete. */
const expectedOrigin = (
  { profile: named, ...flags }: SettingFlags,
  variables: (typeof variableSets)[number],
  govc: (typeof govcSets)[number],
  profile: Profile | undefined,
): string => {
  const inProfile = (): boolean => isComplete(profile?.server, profile?.username, profile?.password_command, undefined);
  const usageErrorUnless = (isUsable: boolean, origin: string): string => (isUsable ? origin : 'usage error');
  if (named !== undefined) return usageErrorUnless(!hasAny(flags) && inProfile(), 'profile');
  if (hasAny(flags)) {
    const readsTwice = flags.passwordStdin === true && flags.sessionId === '-';
    return usageErrorUnless(
      isComplete(flags.server, flags.username, flags.passwordStdin, flags.sessionId) && !readsTwice,
      'flags',
    );
  }
  if (hasAny(variables)) {
    const { VCENTER_URL, VCENTER_USERNAME, VCENTER_PASSWORD, VCENTER_SESSION_ID } = variables;
    return usageErrorUnless(isComplete(VCENTER_URL, VCENTER_USERNAME, VCENTER_PASSWORD, VCENTER_SESSION_ID), 'variables');
  }
  if (hasAny(govc)) return usageErrorUnless(isComplete(govc.GOVC_URL, govc.GOVC_USERNAME, govc.GOVC_PASSWORD, undefined), 'govc');
  return usageErrorUnless(inProfile(), 'profile');
};

test('an empty variable counts as not set, in every position', () => {
  const complete = {
    VCENTER_URL: 'https://variables.test',
    VCENTER_USERNAME: 'u',
    VCENTER_PASSWORD: 'p',
    VCENTER_SESSION_ID: 's',
  };
  for (const name of Object.keys(complete)) {
    const unset: Environment = { ...complete, [name]: undefined };
    expect(resolve({}, { ...complete, [name]: '' })).toEqual(resolve({}, unset));
  }
});

test.each<[SettingFlags, Environment, RegExp]>([
  [{}, {}, /^Missing server: pass --server .*, set VCENTER_URL, or pass --profile\.$/],
  [{ passwordStdin: true }, {}, /^Missing server and username: --password-stdin is set, but not --server and --username\./],
  [
    { server: 'https://a.test' },
    {},
    /^Missing username and password: --server is set, but not --username and --password-stdin\./,
  ],
  [{}, { VCENTER_SESSION_ID: 's' }, /^Missing server: VCENTER_SESSION_ID is set, but not VCENTER_URL\./],
  [
    {},
    { VCENTER_URL: 'https://u@a.test', GOVC_PASSWORD: 'secret' },
    /^Missing password: VCENTER_URL is set, but not VCENTER_PASSWORD\./,
  ],
  [
    {},
    { GOVC_URL: 'https://lab.test', GOVC_PASSWORD: 'secret', VCENTER_URL: 'https://other.test', VCENTER_USERNAME: 'u' },
    /^Missing password: VCENTER_URL and VCENTER_USERNAME are set, but not VCENTER_PASSWORD\. Server, user and password must come from one place/,
  ],
])('half a set (%j, %j) is a usage error with what is missing and where it was looked for', (flags, env, message) => {
  const error = resolve(flags, env);
  expect(error).toMatchObject({ tag: 'UsageError', message: expect.stringMatching(message) });
  expect(String(error)).not.toContain('secret');
});

test('the password of one server is not sent to another: the command sends nothing', async () => {
  const { simulator, url, env } = await servedSimulator();
  const lab = { GOVC_URL: 'https://lab.test', GOVC_USERNAME: username, GOVC_PASSWORD: password };
  for (const [args, variables] of [
    [[], { ...lab, VCENTER_URL: url, VCENTER_USERNAME: username }],
    [['--server', url], { ...env, VCENTER_URL: 'https://lab.test' }],
    [['--server', url, '--username', username], lab],
    [[], { ...lab, GOVC_URL: '', VCENTER_URL: url }],
    [[], { VCENTER_SESSION_ID: 'session', GOVC_URL: url, GOVC_USERNAME: username }],
  ] as const) {
    const ended = await command(['ls', ...args], { env: variables });
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^UsageError: Missing /) });
    expect(ended.stderr).not.toContain(password);
  }
  expect(simulator.requests).toEqual([]);
});

test('GOVC_USERNAME and GOVC_PASSWORD may name a file, whose content counts without the white space around it', async () => {
  const directory = await temporaryDirectory();
  const [userFile, passwordFile] = [join(directory, 'user'), join(directory, 'password')];
  await Promise.all([
    writeFile(userFile, '\ufeff admin@vsphere.local \r\n'),
    writeFile(passwordFile, '\n\t pass word \n\n'),
    mkdir(join(directory, 'folder')),
    writeFile(join(directory, 'empty'), '\n'),
  ]);
  const credentials = async (env: NodeJS.ProcessEnv) => (await readConnection({}, env)).credentials;
  const read = { username: 'admin@vsphere.local', password: 'pass word' };
  const files = { GOVC_USERNAME: userFile, GOVC_PASSWORD: passwordFile };
  for (const address of ['a.test', 'https://a.test/sdk', 'https://x@a.test', 'x:y@a.test'])
    expect(await credentials({ GOVC_URL: address, ...files })).toEqual(read);
  expect(await credentials({ GOVC_URL: 'x:y@a.test', GOVC_USERNAME: userFile })).toEqual({ ...read, password: 'y' });
  expect(await credentials({ GOVC_URL: 'x:y@a.test', GOVC_PASSWORD: passwordFile })).toEqual({ ...read, username: 'x' });
  for (const value of [join(directory, 'absent'), join(directory, 'folder'), join(userFile, 'below'), 'x'.repeat(5000)])
    expect(await credentials({ GOVC_URL: 'x@a.test', GOVC_PASSWORD: value })).toEqual({ username: 'x', password: value });
  // The user information of an address, and the variables that are not govc's, are values.
  const values = { VCENTER_URL: 'a.test', VCENTER_USERNAME: userFile, VCENTER_PASSWORD: passwordFile };
  expect(await credentials(values)).toEqual({ username: userFile, password: passwordFile });
  const empty = credentials({ GOVC_URL: 'x@a.test', GOVC_PASSWORD: join(directory, 'empty') });
  await expect(empty).rejects.toThrow(/^Missing password/);
});
