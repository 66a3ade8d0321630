import { describe, expect, test } from '@jest/globals';
import { createSimulator, type Simulator, type SimulatorOptions } from 'rx-content-library/simulator';

const minutes = 60_000;
const host = 'https://vcenter.example.test';
const user = { username: 'a&b@vsphere.local', password: '<ö "\'>' };

/** Envelopes of clients, with and without a namespace prefix. */
const styles = {
  govmomi: (content: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>${content}</Body></Envelope>`,
  pyvmomi: (content: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">\n<soapenv:Body>\n${content}\n</soapenv:Body></soapenv:Envelope>`,
};

const call = async ({ fetch }: Simulator, content: string, { cookie = '', style = styles.govmomi, server = host } = {}) => {
  const headers = { 'content-type': 'text/xml; charset="utf-8"', soapaction: 'urn:vim25/7.0', cookie };
  const response = await fetch(`${server}/sdk`, { method: 'POST', headers, body: style(content) });
  return { status: response.status, text: await response.text(), cookie: response.headers.get('set-cookie') ?? '' };
};

const login =
  '<Login xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this>' +
  '<userName>a&amp;b@vsphere.local</userName><password>&#x3C;ö &#34;&apos;&gt;</password><locale>en_US</locale></Login>';
const logout = '<Logout xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this></Logout>';
const retrieve = (operation: string, type: string, id: string): string =>
  `<${operation} xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><specSet><propSet><type>${type}</type></propSet>` +
  `<objectSet><obj type="${type}">${id}</obj></objectSet></specSet></${operation}>`;

const element = (text: string, name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];

const startLoggedIn = async (options: SimulatorOptions = {}, server = host) => {
  const time = { now: Date.UTC(2024, 0, 1) };
  const simulator = createSimulator({ users: [user], clock: { now: () => time.now }, ...options });
  const response = await call(simulator, login, { server });
  return { simulator, response, cookie: response.cookie.replace(/;.*/, ''), advance: (ms: number) => void (time.now += ms) };
};

test.each([
  ['6.7', '6.7.3'],
  ['7.0', '7.0.2.0'],
  ['8.0', '8.0.2.0'],
  ['9.0', '9.0.0.0'],
  ['9.1', '9.1.0.0'],
] as const)('vCenter %s reports its release without a login', async (version, apiVersion) => {
  const simulator = createSimulator({ scenario: { version } });
  const content =
    '<RetrieveServiceContent xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></RetrieveServiceContent>';
  for (const style of Object.values(styles)) {
    const { status, text } = await call(simulator, content, { style });
    expect(status).toBe(200);
    expect([element(text, 'apiType'), element(text, 'apiVersion')]).toEqual(['VirtualCenter', apiVersion]);
    expect(text).toContain('<sessionManager type="SessionManager">SessionManager</sessionManager>');
  }
  const versions = await simulator.fetch(`${host}/sdk/vimServiceVersions.xml`);
  expect(element(await versions.text(), 'version')).toBe(apiVersion);
  expect(simulator.count('soap')).toBe(3);
});

test('a login sets a cookie, and is counted separately from those of the REST API', async () => {
  const { simulator, response } = await startLoggedIn();
  expect(response.status).toBe(200);
  expect(response.cookie).toMatch(/^vmware_soap_session="[0-9a-f]{32}"; Path=\/; HttpOnly; Secure$/);
  expect(response.text).toContain('<userName>a&#38;b@vsphere.local</userName>');
  expect(element(response.text, 'loginTime')).toBe('2024-01-01T00:00:00.000Z');
  expect([simulator.soapSessions, simulator.apiSessions]).toEqual([1, 0]);
  const { response: plain } = await startLoggedIn({}, 'http://127.0.0.1:8080');
  expect(plain.cookie).not.toContain('Secure');
});

test('a wrong password is a fault', async () => {
  const simulator = createSimulator();
  const { status, text, cookie } = await call(simulator, login);
  expect([status, cookie, simulator.soapSessions]).toEqual([500, '', 0]);
  expect(element(text, 'faultstring')).toBe('Cannot complete login due to an incorrect user name or password.');
  expect(text).toContain('<InvalidLoginFault xmlns="urn:vim25" xsi:type="InvalidLogin">');
});

describe('with a login', () => {
  test.each(['RetrieveProperties', 'RetrievePropertiesEx'])(
    '%s returns the current session and the name of a datastore',
    async (operation) => {
      const { simulator, response, cookie } = await startLoggedIn();
      const own = await call(simulator, retrieve(operation, 'SessionManager', 'SessionManager'), { cookie });
      expect(own.text).toContain('<name>currentSession</name><val xsi:type="UserSession">');
      expect(element(own.text, 'key')).toBe(element(response.text, 'key'));
      const datastore = await call(simulator, retrieve(operation, 'Datastore', 'datastore-33'), { cookie });
      expect(datastore.text).toContain('<name>name</name><val xsi:type="xsd:string">datastore-33</val>');
      const other = await call(simulator, retrieve(operation, 'Folder', 'group-d1'), { cookie });
      expect([other.status, other.text]).toEqual([500, expect.stringContaining('xsi:type="ManagedObjectNotFound"')]);
    },
  );

  test('SessionIsActive returns true for the own session only', async () => {
    const { simulator, response, cookie } = await startLoggedIn();
    const isActive = (key: string, name: string): Promise<{ text: string }> =>
      call(
        simulator,
        `<SessionIsActive xmlns="urn:vim25"><sessionID>${key}</sessionID><userName>${name}</userName></SessionIsActive>`,
        { cookie },
      );
    const key = element(response.text, 'key') ?? '';
    expect(element((await isActive(key, 'a&amp;b@vsphere.local')).text, 'returnval')).toBe('true');
    expect(element((await isActive(key, 'other')).text, 'returnval')).toBe('false');
    expect(element((await isActive('other', 'a&amp;b@vsphere.local')).text, 'returnval')).toBe('false');
  });

  test('CurrentTime returns the time of the clock', async () => {
    const { simulator, advance } = await startLoggedIn();
    advance(minutes);
    const { text } = await call(simulator, '<CurrentTime xmlns="urn:vim25"/>');
    expect(element(text, 'returnval')).toBe('2024-01-01T00:01:00.000Z');
  });

  test('a logout ends the session', async () => {
    const { simulator, cookie } = await startLoggedIn();
    expect((await call(simulator, logout, { cookie })).status).toBe(200);
    expect(simulator.soapSessions).toBe(0);
    expect((await call(simulator, logout, { cookie })).text).toContain('xsi:type="NotAuthenticated"');
  });

  test('half an hour without a request ends the session', async () => {
    const { simulator, cookie, advance } = await startLoggedIn();
    const current = retrieve('RetrieveProperties', 'SessionManager', 'SessionManager');
    advance(30 * minutes - 1);
    expect((await call(simulator, current, { cookie })).status).toBe(200);
    advance(30 * minutes);
    expect(await call(simulator, current, { cookie })).toMatchObject({
      status: 500,
      text: expect.stringContaining('The session is not authenticated.'),
    });
  });
});

test.each([
  ['an unknown operation', '<FindByInventoryPath xmlns="urn:vim25"/>', 'not FindByInventoryPath.'],
  ['a name that every object has', '<constructor/>', 'not constructor.'],
  ['a missing envelope', '', 'not this body.'],
])('%s is a fault with a message', async (_, content, message) => {
  const { status, text } = await call(createSimulator(), content);
  expect(status).toBe(500);
  expect(element(text, 'faultstring')).toContain(message);
});

test('requests other than calls return 404', async () => {
  const { fetch } = createSimulator();
  expect((await fetch(`${host}/sdk`)).status).toBe(404);
  expect((await fetch(`${host}/sdkTunnel`)).status).toBe(404);
});

test('a fault of the scenario applies to the operation soap', async () => {
  const simulator = createSimulator({ scenario: { faults: [{ operation: 'soap', status: 503, body: 'down' }] } });
  expect(await call(simulator, login)).toMatchObject({ status: 503, text: 'down' });
  expect((await simulator.fetch(`${host}/api/session`)).status).toBe(401);
});
