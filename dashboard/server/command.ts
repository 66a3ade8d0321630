/** The command `content-library-dashboard`: flags, help, messages and exit codes. */

import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { text } from 'node:stream/consumers';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { isContentLibraryError } from 'rx-content-library';
import { openInBrowser } from './open-in-browser.ts';
import { startDashboard, type DashboardOptions, type RunningDashboard } from './index.ts';

/** What the command depends on: that of the process, unless a test passes its own. */
export interface CommandContext {
  /** Name in the help. */
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream;
  /** Options that have no flag. */
  readonly options: DashboardOptions;
}

interface Flags {
  readonly server?: string;
  readonly username?: string;
  readonly passwordStdin?: boolean;
  readonly thumbprint?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly directory?: string;
  readonly host: string;
  readonly port: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowedHost: readonly string[];
  readonly open: boolean;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Not 4200 or 5173, which development servers use. */
const DEFAULT_PORT = 4380;

/** The command line is invalid. */
class UsageError extends Error {}

/** Runs until the first signal, and returns the exit code. */
export const runDashboard = async (args: readonly string[], given: Partial<CommandContext> = {}): Promise<number> => {
  const { env, stdin, stdout, stderr } = process;
  const context: CommandContext = { name: 'content-library-dashboard', env, stdin, stdout, stderr, options: {}, ...given };
  const print = (line: string): void => void context.stderr.write(`${line}\n`);
  try {
    const flags = parse(args, context);
    if (flags === undefined) return 0;
    const options = await toOptions(flags, context);
    const signals = listenToSignals();
    try {
      const dashboard = await startDashboard({ ...options, log: print, ...context.options });
      announce(dashboard, flags, context);
      const exitCode = await signals.first;
      if (context.stdout.isTTY === true) print('Ending exports and logging out …');
      await dashboard.close();
      return exitCode;
    } finally {
      signals.stop();
    }
  } catch (thrown) {
    const { code, message } = toFailure(thrown);
    // Commander has printed its own errors.
    if (message !== undefined) print(message);
    return code;
  }
};

/** Returns the flags; `undefined` if help or version was asked for. */
const parse = (args: readonly string[], { name, stdout, stderr }: CommandContext): Flags | undefined => {
  const command = new Command(name)
    .description('Serve a dashboard for exports from vSphere Content Libraries. Without --server, the page simulates a vCenter.')
    .option('--server <url>', 'address of the vCenter (or VCENTER_URL), such as https://vcenter.example.com')
    .option('--username <name>', 'log in as this user, instead of each user of the page (or VCENTER_USERNAME, VCENTER_PASSWORD)')
    .option('--password-stdin', 'read the password of that user from standard input')
    .option('--thumbprint <digest>', 'accept only the certificate with this SHA-1 or SHA-256')
    .option('--ca <file>', 'accept only certificates of the authorities in this PEM file')
    .option('--insecure', 'accept any certificate: anyone on the network can read and change everything')
    .option('--directory <path>', 'save exports here, so that they go on when the page is closed')
    .option('--host <name>', 'name or address to listen on; on another one than loopback, a token is required', '127.0.0.1')
    .option('--port <n>', 'the port; 0 selects a free one', parsePort, DEFAULT_PORT)
    .option('--tls-cert <file>', 'serve HTTPS with this certificate (PEM)')
    .option('--tls-key <file>', 'the private key of that certificate (PEM)')
    .option('--allowed-host <name>', 'another name by which browsers address the dashboard; repeatable', collect, [])
    .option('--no-open', 'do not open the page in a browser')
    .addHelpText(
      'after',
      '\nExit codes: 1 unexpected error, 2 usage, 3 login, 7 network or server, 8 certificate,\n128 and the number of the signal that ended it: 130 SIGINT, 143 SIGTERM.',
    )
    .showHelpAfterError('(see --help)')
    .configureOutput({ writeOut: (line) => void stdout.write(line), writeErr: (line) => void stderr.write(line) })
    .exitOverride();
  try {
    command.parse(args, { from: 'user' });
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return undefined;
    throw thrown;
  }
  return command.opts<Flags>();
};

const parsePort = (value: string): number => {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535) throw new InvalidArgumentError('Expected an integer from 0 to 65535.');
  return port;
};

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];

const toOptions = async (flags: Flags, { env, stdin }: CommandContext): Promise<DashboardOptions> => {
  const { directory, host, port, allowedHost } = flags;
  // The login of one origin is never sent to the server of another.
  const server = flags.server ?? (env['VCENTER_URL'] || undefined);
  const credentials = flags.server === undefined ? fromVariables(env) : await fromFlags(flags, stdin);
  if (flags.server === undefined && (flags.username !== undefined || flags.passwordStdin === true))
    throw new UsageError('--username and --password-stdin require --server.');
  if (server === undefined && directory !== undefined)
    throw new UsageError('--directory requires a vCenter: pass --server or set VCENTER_URL.');
  if ((flags.tlsCert === undefined) !== (flags.tlsKey === undefined))
    throw new UsageError('--tls-cert and --tls-key are required together.');
  return {
    server,
    credentials: server === undefined ? undefined : credentials,
    trust: {
      ...(flags.thumbprint === undefined ? {} : { thumbprint: flags.thumbprint }),
      ...(flags.ca === undefined ? {} : { ca: readFile('--ca', flags.ca) }),
      insecure: flags.insecure === true,
    },
    directory,
    host,
    port,
    tls:
      flags.tlsCert === undefined || flags.tlsKey === undefined
        ? undefined
        : { cert: readFile('--tls-cert', flags.tlsCert), key: readFile('--tls-key', flags.tlsKey) },
    allowedHosts: allowedHost,
  };
};

const fromVariables = (env: NodeJS.ProcessEnv): DashboardOptions['credentials'] => {
  const [username, password] = [env['VCENTER_USERNAME'] ?? '', env['VCENTER_PASSWORD'] ?? ''];
  if ((username === '') !== (password === ''))
    throw new UsageError(
      'VCENTER_USERNAME and VCENTER_PASSWORD are required together: set both, or none for a login in the page.',
    );
  return username === '' ? undefined : { username, password };
};

const fromFlags = async (
  { username, passwordStdin }: Flags,
  stdin: NodeJS.ReadableStream,
): Promise<DashboardOptions['credentials']> => {
  if ((username === undefined) !== (passwordStdin !== true))
    throw new UsageError('--username and --password-stdin are required together: pass both, or none for a login in the page.');
  if (username === undefined) return undefined;
  const password = (await text(stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new UsageError('Missing password: standard input is empty.');
  return { username, password };
};

const readFile = (flag: string, path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new UsageError(`${flag}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
};

const announce = ({ url }: RunningDashboard, { open, host }: Flags, { env, stdout, stderr }: CommandContext): void => {
  stdout.write(`Dashboard at ${url}\n`);
  const hasToken = url.includes('?token=');
  if (hasToken && url.startsWith('http:') && !['127.0.0.1', 'localhost', '::1'].includes(host))
    stderr.write(
      'Warning: passwords reach this server over plain HTTP. Pass --tls-cert and --tls-key, or put a proxy with TLS in front.\n',
    );
  stderr.write('Press Ctrl-C to stop.\n');
  // Other users of the machine can read the token in the arguments of a program.
  if (open && !hasToken && stdout.isTTY === true && !env['CI']) openInBrowser(url);
};

/** Listens to signals. A second one exits at once. */
const listenToSignals = (): { readonly first: Promise<number>; readonly stop: () => void } => {
  let isFirst = true;
  let resolveFirst: (code: number) => void;
  const first = new Promise<number>((resolve) => {
    resolveFirst = resolve;
  });
  const listener = (signal: (typeof SIGNALS)[number]): void => {
    const code = 128 + constants.signals[signal];
    if (!isFirst) process.exit(code);
    isFirst = false;
    resolveFirst(code);
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return {
    first,
    stop: () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    },
  };
};

interface Failure {
  readonly code: number;
  readonly message?: string;
}

const toFailure = (thrown: unknown): Failure => {
  if (thrown instanceof CommanderError) return { code: 2 };
  if (isContentLibraryError(thrown)) {
    const codes: Readonly<Record<string, number>> = { AuthenticationError: 3, TransportError: 7, TimeoutError: 7, TlsError: 8 };
    return { code: codes[thrown._tag] ?? 1, message: `${thrown._tag}: ${thrown.message}` };
  }
  if (!(thrown instanceof Error)) return { code: 1, message: String(thrown) };
  if (thrown instanceof UsageError || thrown instanceof TypeError) return { code: 2, message: `UsageError: ${thrown.message}` };
  const code = 'code' in thrown ? thrown.code : undefined;
  if (code === 'EADDRINUSE')
    return { code: 2, message: 'UsageError: The port is in use: choose another one with --port, or 0 for a free one.' };
  if (code === 'EACCES')
    return { code: 2, message: 'UsageError: Permission denied for the port: choose one above 1023 with --port.' };
  return { code: 1, message: `Error: ${thrown.message}` };
};
