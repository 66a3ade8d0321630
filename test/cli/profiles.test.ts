import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readConnection, type ConnectionFlags } from '#src/cli/settings/connection.js';
import { configPath } from '#src/cli/settings/profiles.js';
import { temporaryDirectory } from '../node/temporary.ts';
import { command } from './command.ts';
import { password, servedSimulator, username } from './served-simulator.ts';

/** Writes a configuration file; returns the environment in which it counts. */
const configured = async (config: unknown, mode = 0o600) => {
  const home = await temporaryDirectory();
  const path = join(home, 'content-library', 'config.json');
  await mkdir(join(home, 'content-library'));
  await writeFile(path, typeof config === 'string' ? config : JSON.stringify(config), { mode });
  await chmod(path, mode);
  return { path, env: { XDG_CONFIG_HOME: home } };
};

const lab = { server: 'https://lab.test', username: 'lab-user', password: 'lab-secret' };

const read = async (flags: ConnectionFlags, config: unknown, variables: NodeJS.ProcessEnv = {}) => {
  const { env, path } = await configured(config);
  const warnings: string[] = [];
  const options = await readConnection(flags, { ...env, ...variables }, process.stdin, (warning) => warnings.push(warning));
  return { options, warnings, path };
};

describe('a profile', () => {
  test('states server, user and password', async () => {
    const { options, warnings } = await read({ profile: 'lab' }, { profiles: { lab } });
    expect(options).toMatchObject({ server: 'https://lab.test', credentials: { username: 'lab-user', password: 'lab-secret' } });
    expect(warnings).toEqual([]);
  });

  test('may be the default, which counts only if neither flags nor variables have a part of a connection', async () => {
    const config = { default: 'lab', profiles: { lab } };
    expect((await read({}, config)).options.server).toBe('https://lab.test');
    const variables = { VCENTER_URL: 'https://other.test', VCENTER_USERNAME: 'u', VCENTER_PASSWORD: 'p' };
    expect((await read({}, config, variables)).options).toMatchObject({
      server: 'https://other.test',
      credentials: { password: 'p' },
    });
    await expect(read({}, config, { GOVC_URL: 'https://other.test' })).rejects.toThrow(
      /^Missing username and password: GOVC_URL/,
    );
  });

  test('is refused beside the flags of another connection', async () => {
    const flags = { profile: 'lab', server: 'https://other.test', username: 'u' };
    await expect(read(flags, { profiles: { lab } })).rejects.toThrow(
      '--profile states the whole connection: pass it without --server and --username.',
    );
  });

  test('that is not complete is refused with what is missing', async () => {
    const half = { server: 'https://lab.test', username: 'u' };
    await expect(read({ profile: 'lab' }, { profiles: { lab: half } })).rejects.toThrow(
      /^Missing password: server of the profile lab and username of the profile lab are set, but not password_command of the profile lab\./,
    );
  });

  test('states the dialect, the host of the files and the trust; flags take precedence', async () => {
    const { options } = await read(
      { profile: 'lab' },
      { profiles: { lab: { ...lab, dialect: 'rest', download_host: '10.0.0.5' } } },
    );
    expect(options).toMatchObject({ dialect: 'rest', downloadHost: '10.0.0.5' });
    const flags = { profile: 'lab', dialect: 'api' };
    expect((await read(flags, { profiles: { lab: { ...lab, dialect: 'rest' } } })).options.dialect).toBe('api');
  });

  test('that accepts any certificate is warned about', async () => {
    const { warnings } = await read({ profile: 'lab' }, { profiles: { lab: { ...lab, insecure: true } } });
    expect(warnings).toEqual([expect.stringMatching(/^insecure of the profile lab accepts any certificate/)]);
  });

  const onPosix = process.platform === 'win32' ? test.skip : test;
  onPosix('with a password that other users can read is warned about', async () => {
    const { env, path } = await configured({ profiles: { lab } }, 0o644);
    const warnings: string[] = [];
    await readConnection({ profile: 'lab' }, env, process.stdin, (warning) => warnings.push(warning));
    expect(warnings).toEqual([
      `${path} contains a password, and other users can read it. Run chmod 600, or use password_command.`,
    ]);
  });
});

describe('password_command', () => {
  const passwordOf = async (password_command: unknown) => {
    const profile = { server: 'https://lab.test', username: 'u', password_command };
    return (await read({ profile: 'lab' }, { profiles: { lab: profile } })).options.credentials;
  };
  const print = (text: string) => [process.execPath, '-e', `process.stdout.write(${JSON.stringify(text)})`];

  test('prints the password in its first line', async () => {
    expect(await passwordOf(print('pass word \nlogin: me\n'))).toEqual({ username: 'u', password: 'pass word ' });
    expect(await passwordOf('echo secret')).toEqual({ username: 'u', password: 'secret' });
  });

  test.each([
    ['fails', [process.execPath, '-e', 'console.log("secret"); process.exit(3)'], /has failed with exit code 3\.$/],
    ['does not exist', ['/no/such/program'], /^Cannot run the password_command of the profile: .*ENOENT/],
    ['prints nothing', print(''), /has printed nothing\.$/],
  ])('that %s is a usage error without its output', async (_, line, message) => {
    const error = await passwordOf(line).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ tag: 'UsageError', message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('secret');
  });
});

describe('the configuration file', () => {
  test.each([
    ['{"profiles":{"lab":{"password":"secret"', /config\.json is not JSON\.$/],
    ['[]', /expected an object with the field profiles\.$/],
    [{}, /profiles: expected an object with a field for each profile\.$/],
    [{ profile: {}, profiles: {} }, /config\.json\.profile: unknown field; did you mean profiles\?$/],
    [{ profiles: { lab: { ...lab, pasword: 'secret' } } }, /profiles\.lab\.pasword: unknown field; did you mean password\?$/],
    [{ profiles: { lab: { ...lab, server: 5 } } }, /profiles\.lab\.server: expected a text\.$/],
    [{ profiles: { lab: { ...lab, password_command: [] } } }, /password_command: expected a text, or a list of texts\.$/],
    [{ profiles: { lab: { ...lab, password_command: 'x' } } }, /exclude each other: remove one of them\.$/],
    [{ profiles: { work: lab } }, /has no profile "lab": it has work\.$/],
    [{ profiles: {} }, /has no profile "lab": it has none\.$/],
  ])('%j is refused with the place of the mistake, and without a secret', async (config, message) => {
    const error = await read({ profile: 'lab' }, config).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ tag: 'UsageError', code: 2, message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('secret');
  });

  test('that does not exist has no profile', async () => {
    const env = { XDG_CONFIG_HOME: await temporaryDirectory() };
    await expect(readConnection({ profile: 'lab' }, env)).rejects.toThrow(
      /^There is no profile "lab", because .*config\.json does not exist\. Create that file/,
    );
    await expect(readConnection({}, env)).rejects.toThrow(/^Missing server/);
  });

  test('is in the directory of the user, never in the working directory', () => {
    expect(configPath({ XDG_CONFIG_HOME: '/x' }, 'linux', '/home/me')).toBe('/x/content-library/config.json');
    for (const XDG_CONFIG_HOME of [undefined, '', '.', 'relative'])
      expect(configPath({ XDG_CONFIG_HOME }, 'linux', '/home/me')).toBe('/home/me/.config/content-library/config.json');
    expect(configPath({ APPDATA: '/app' }, 'win32', '/home/me')).toBe('/app/content-library/config.json');
  });
});

test('the command uses a profile, and names it when the login is rejected', async () => {
  const { url } = await servedSimulator();
  const profile = { server: url, username, password };
  const { env } = await configured({ profiles: { lab: profile, wrong: { ...profile, password: 'no' } } });
  expect(await command(['ls', '--profile', 'lab'], { env })).toMatchObject({ code: 0 });
  const rejected = await command(['ls', '--profile', 'wrong'], { env });
  expect(rejected).toMatchObject({ code: 3, stderr: expect.stringContaining('password of the profile wrong') });
});
