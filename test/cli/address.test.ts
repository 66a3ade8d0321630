import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAddress } from '#src/cli/settings/address.js';
import { resolveSettings } from '#src/cli/settings/settings.js';
import { tcpServer } from '../node/servers.ts';
import { command } from './command.ts';

const secret = 'Hunter2';

const rejection = (text: string): string => {
  try {
    return `accepted as ${parseAddress('GOVC_URL', text).server}`;
  } catch (thrown) {
    return (thrown as Error).message;
  }
};

test.each<[string, RegExp]>([
  [
    `https://CORP\\jdoe:${secret}@vcenter.test`,
    /^Invalid GOVC_URL: it contains a backslash\. Write DOMAIN\\user as DOMAIN%5Cuser\.$/,
  ],
  [`CORP\\jdoe:${secret}@vcenter.test`, /backslash/],
  [`https:\\\\vcenter.test`, /backslash/],
  [`https://vcenter.test\\sdk`, /backslash/],
  [`https://jdoe:${secret}@vcenter.test\n`, /a space, a line break or another invisible character/],
  [`https://jdoe:${secret}@vcen\tter.test`, /line break/],
  [`https://jdoe:${secret}\r@vcenter.test`, /line break/],
  [`https://jdoe:${secret}@vcenter\u200b.test`, /invisible/],
  [`https://jdoe:${secret} x@vcenter.test`, /Write a space as %20/],
  [`https://CORP/jdoe:${secret}@vcenter.test`, /write \/ as %2F/],
  [`https://jdoe:${secret}/x@vcenter.test`, /write \/ as %2F/],
  [`https://jdoe:12/${secret}@vcenter.test`, /write \/ as %2F/],
  [`https://jdoe:12?${secret}@vcenter.test`, /\? as %3F/],
  [`jdoe:12#${secret}@vcenter.test`, /# as %23/],
  ['https://vcenter.test/?x=1', /a query or a fragment/],
  ['https://vcenter.test#x', /a query or a fragment/],
  ['ldap://vcenter.test', /expected one such as https:\/\/vcenter\.example\.com/],
  ['https://', /expected one such as/],
  ['https://vcenter.test:99999', /expected one such as/],
])('%j is rejected, because a URL parser would connect to another host or ignore a part', (text, message) => {
  expect(rejection(text)).toMatch(message);
  expect(rejection(text)).not.toContain(secret);
});

test.each<[string, string, string, string]>([
  ['vcenter.test', 'https://vcenter.test', '', ''],
  ['https://vcenter.test/', 'https://vcenter.test', '', ''],
  ['https://vcenter.test/sdk', 'https://vcenter.test', '', ''],
  ['https://vcenter.test/sdk/', 'https://vcenter.test', '', ''],
  ['https://front.test/vcenter', 'https://front.test/vcenter', '', ''],
  ['https://front.test/vcenter/sdk', 'https://front.test/vcenter', '', ''],
  ['https://front.test/notsdk', 'https://front.test/notsdk', '', ''],
  ['front.test:8443/a/b/', 'https://front.test:8443/a/b', '', ''],
  ['https://CORP%5Cjdoe:x@vcenter.test', 'https://vcenter.test', 'CORP\\jdoe', 'x'],
  ['https://jdoe:p@ss@vcenter.test', 'https://vcenter.test', 'jdoe', 'p@ss'],
  ['jdoe@corp.test:p@ss@vcenter.test', 'https://vcenter.test', 'jdoe@corp.test', 'p@ss'],
  ['jdoe:a%20b%2Fc@vcenter.test', 'https://vcenter.test', 'jdoe', 'a b/c'],
  ['jdoe:ftp:@vcenter.test', 'https://vcenter.test', 'jdoe', 'ftp:'],
  ['HTTP://[::1]:8989/sdk', 'http://[::1]:8989', '', ''],
])('%j has the server %s, the user %j and the password %j', (text, server, username, password) => {
  expect(parseAddress('GOVC_URL', text)).toMatchObject({ server, username, password });
});

test('an accepted address leads to the host after the last @, whatever the user and the password are', () => {
  const part = fc.string({
    unit: fc.constantFrom('a', '1', '\\', '/', '?', '#', '@', ':', ' ', '\t', '\n', '%', '[', ']', 'é'),
    maxLength: 8,
  });
  fc.assert(
    fc.property(part, part, (user, password) => {
      const result = rejection(`https://${user}:${password}@vcenter.test`);
      expect(result).toMatch(/^accepted as https:\/\/vcenter\.test$|^Invalid GOVC_URL: /);
    }),
    { numRuns: 3000 },
  );
});

test.each(['--server', 'VCENTER_URL', 'GOVC_URL'])('a backslash in %s is a usage error', (name) => {
  const address = 'https://CORP\\jdoe@vcenter.test';
  const flags = name === '--server' ? { server: address, passwordStdin: true } : {};
  const password = name.replace('URL', 'PASSWORD');
  expect(() => resolveSettings(flags, { [name]: address, [password]: 'x' }, (_, value) => value)).toThrow(
    `Invalid ${name}: it contains a backslash`,
  );
});

test('the command does not connect to the host before a backslash', async () => {
  let connections = 0;
  const { url } = await tcpServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  for (const name of ['GOVC_URL', 'VCENTER_URL']) {
    const ended = await command(['ls'], { env: { [name]: `${url}\\jdoe:${secret}@vcenter.test` } });
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/%5C/) });
    expect(ended.stderr).not.toContain(secret);
  }
  expect(connections).toBe(0);
});
