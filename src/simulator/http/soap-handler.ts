/** Handles the small part of vSphere's SOAP API (`/sdk`) that clients such as govc call before and after the REST API. */

import type { SimulatedUser } from '../options/options.ts';
import type { VCenterVersion } from '../options/scenario.ts';
import type { ApiSession } from '../state/api-sessions.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import type { RequestContext, RequestHandler } from './request-context.ts';

const SOAP_COOKIE = 'vmware_soap_session';

/** API version that each release reports. */
const API_VERSIONS: Readonly<Record<VCenterVersion, string>> = {
  '6.7': '6.7.3',
  '7.0': '7.0.2.0',
  '8.0': '8.0.2.0',
  '9.0': '9.0.0.0',
  '9.1': '9.1.0.0',
};

/** Handles requests for the SOAP API. Its sessions are separate from those of the REST API, as in vCenter. */
export const soapHandler: RequestHandler = (_, { pathname }) =>
  pathname === '/sdk' || pathname.startsWith('/sdk/') ? { kind: 'soap', handle: handleSoap } : undefined;

const handleSoap = async ({ vcenter, request, url }: RequestContext): Promise<Response> => {
  if (url.pathname === '/sdk/vimServiceVersions.xml') return xml(200, serviceVersions(vcenter));
  if (request.method !== 'POST') return new Response('404 Not Found', { status: 404, headers: { 'content-type': 'text/plain' } });
  const body = await request.text();
  const name = soapOperation(body) ?? '';
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  const call = { body, session: sessionFromCookie(vcenter, request.headers), url };
  return operation === undefined
    ? soapFault(`The simulator's SOAP API only supports login and logout, not ${name || 'this body'}.`, 'NotSupported')
    : operation(vcenter, call);
};

interface SoapCall {
  readonly body: string;
  /** SOAP session that the cookie identifies. */
  readonly session: ApiSession | undefined;
  readonly url: URL;
}

const operations: Readonly<Record<string, (vcenter: SimulatedVCenter, call: SoapCall) => Response>> = {
  RetrieveServiceContent: (vcenter) =>
    soapResponse('RetrieveServiceContent', `<returnval>${serviceContent(vcenter)}</returnval>`),
  CurrentTime: ({ clock }) => soapResponse('CurrentTime', `<returnval>${isoDate(clock.now())}</returnval>`),
  Login: (vcenter, { body, url }) => {
    const [username, password] = [elementText(body, 'userName'), elementText(body, 'password')];
    const user = vcenter.users.find((candidate) => candidate.username === username && candidate.password === password);
    if (user === undefined) return soapFault('Cannot complete login due to an incorrect user name or password.', 'InvalidLogin');
    return loginResponse(vcenter, user, url);
  },
  Logout: ({ soapSessions }, { session }) => {
    if (session === undefined) return notAuthenticated();
    soapSessions.close(session);
    return soapResponse('Logout', '');
  },
  SessionIsActive: ({ soapSessions }, { body, session }) => {
    if (session === undefined) return notAuthenticated();
    const { id, user } = session;
    const isOwnSession =
      elementText(body, 'sessionID') === sessionKey(session) && elementText(body, 'userName') === user.username;
    return soapResponse(
      'SessionIsActive',
      `<returnval>${String(isOwnSession && soapSessions.find(id) !== undefined)}</returnval>`,
    );
  },
  RetrieveProperties: (vcenter, call) =>
    propertiesResponse(vcenter, 'RetrieveProperties', call, (object) => `<returnval>${object}</returnval>`),
  RetrievePropertiesEx: (vcenter, call) =>
    propertiesResponse(vcenter, 'RetrievePropertiesEx', call, (object) => `<returnval><objects>${object}</objects></returnval>`),
};

const loginResponse = ({ soapSessions }: SimulatedVCenter, user: SimulatedUser, { protocol }: URL): Response => {
  const session = soapSessions.open(user);
  const response = soapResponse('Login', `<returnval>${userSession(session)}</returnval>`);
  const secure = protocol === 'https:' ? '; Secure' : '';
  response.headers.set('set-cookie', `${SOAP_COOKIE}="${session.id}"; Path=/; HttpOnly${secure}`);
  return response;
};

/** Returns the properties that govc reads: the current session, the list of sessions, and the name of a datastore. */
const propertiesResponse = (
  vcenter: SimulatedVCenter,
  operation: string,
  { body, session }: SoapCall,
  wrap: (object: string) => string,
): Response => {
  if (session === undefined) return notAuthenticated();
  const [type = '', id] = [elementType(body, 'obj'), elementText(body, 'obj') ?? ''];
  const properties = propertiesOf(vcenter, session, type, id);
  if (properties === undefined)
    return soapFault('The object has already been deleted or has not been completely created', 'ManagedObjectNotFound');
  const requested = elementTexts(body, 'pathSet');
  const sets = Object.entries(properties)
    .filter(([name]) => requested.length === 0 || requested.includes(name))
    .map(([name, value]) => `<propSet><name>${name}</name>${value}</propSet>`);
  return soapResponse(operation, wrap(`<obj type="${type}">${escapeXml(id)}</obj>${sets.join('')}`));
};

/** Returns the values by name; `undefined` for an unknown object. */
const propertiesOf = (
  { soapSessions }: SimulatedVCenter,
  session: ApiSession,
  type: string,
  id: string,
): Readonly<Record<string, string>> | undefined => {
  if (type === 'Datastore') return { name: `<val xsi:type="xsd:string">${escapeXml(id)}</val>` };
  if (type !== 'SessionManager') return undefined;
  const sessions = soapSessions.all().map((each) => `<UserSession xsi:type="UserSession">${userSession(each)}</UserSession>`);
  return {
    currentSession: `<val xsi:type="UserSession">${userSession(session)}</val>`,
    sessionList: `<val xsi:type="ArrayOfUserSession">${sessions.join('')}</val>`,
  };
};

const sessionFromCookie = ({ soapSessions }: SimulatedVCenter, headers: Headers): ApiSession | undefined => {
  const [, id = ''] = new RegExp(`\\b${SOAP_COOKIE}="?([^";]*)`).exec(headers.get('cookie') ?? '') ?? [];
  return soapSessions.use(id);
};

const isoDate = (time: number): string => new Date(time).toISOString();

/** Returns the key of a session: its id in the format of a UUID. Only its owner receives it. */
const sessionKey = ({ id }: ApiSession): string => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

const userSession = (session: ApiSession): string =>
  [
    `<key>${sessionKey(session)}</key>`,
    `<userName>${escapeXml(session.user.username)}</userName>`,
    `<fullName>${escapeXml(session.user.username)}</fullName>`,
    `<loginTime>${isoDate(session.createdAt)}</loginTime>`,
    `<lastActiveTime>${isoDate(session.lastAccessedAt)}</lastActiveTime>`,
    '<locale>en</locale><messageLocale>en</messageLocale><extensionSession>false</extensionSession>',
  ].join('');

const serviceContent = (vcenter: SimulatedVCenter): string => {
  const apiVersion = API_VERSIONS[vcenter.scenario.version ?? '8.0'];
  const version = apiVersion.split('.').slice(0, 3).join('.');
  return [
    '<rootFolder type="Folder">group-d1</rootFolder>',
    '<propertyCollector type="PropertyCollector">propertyCollector</propertyCollector>',
    '<about><name>VMware vCenter Server</name>',
    `<fullName>VMware vCenter Server ${version} (simulated)</fullName><vendor>VMware, Inc.</vendor>`,
    `<version>${version}</version><build>0</build><osType>linux-x64</osType><productLineId>vpx</productLineId>`,
    `<apiType>VirtualCenter</apiType><apiVersion>${apiVersion}</apiVersion>`,
    `<instanceUuid>${vcenter.serverGuid}</instanceUuid></about>`,
    '<sessionManager type="SessionManager">SessionManager</sessionManager>',
  ].join('');
};

const serviceVersions = ({ scenario: { version = '8.0' } }: SimulatedVCenter): string =>
  `<namespaces version="1.0"><namespace><name>urn:vim25</name><version>${API_VERSIONS[version]}</version></namespace></namespaces>`;

const soapResponse = (operation: string, content: string): Response =>
  xml(200, envelope(`<${operation}Response xmlns="urn:vim25">${content}</${operation}Response>`));

const notAuthenticated = (): Response => soapFault('The session is not authenticated.', 'NotAuthenticated');

const soapFault = (message: string, type: string): Response =>
  xml(
    500,
    envelope(
      `<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>${escapeXml(message)}</faultstring>` +
        `<detail><${type}Fault xmlns="urn:vim25" xsi:type="${type}"></${type}Fault></detail></soapenv:Fault>`,
    ),
  );

const envelope = (body: string): string =>
  '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" ' +
  `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;

const xml = (status: number, text: string): Response =>
  new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`, {
    status,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
  });

/** Returns the operation: the name of the first element in the body of a SOAP envelope. */
const soapOperation = (envelope: string): string | undefined =>
  /<(?:[\w-]+:)?Body\b[^>]*>\s*<(?:[\w-]+:)?(\w+)/.exec(envelope)?.[1];

/** Returns the text of the first element with a name. Clients write little of what XML allows, so regular expressions suffice. */
const elementText = (envelope: string, name: string): string | undefined => elementTexts(envelope, name)[0];

/** Returns the texts of all elements with a name. */
const elementTexts = (envelope: string, name: string): readonly string[] =>
  [...envelope.matchAll(new RegExp(`<(?:[\\w-]+:)?${name}\\b[^>]*>([^<]*)</`, 'g'))].map(([, text = '']) =>
    text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, decodeEntity),
  );

/** Returns the attribute `type` of the first element with a name. */
const elementType = (envelope: string, name: string): string | undefined =>
  new RegExp(`<(?:[\\w-]+:)?${name}\\b[^>]*\\btype="(\\w+)"`).exec(envelope)?.[1];

const escapeXml = (text: string): string => text.replaceAll(/[<>&"']/g, (special) => `&#${special.charCodeAt(0)};`);

const NAMED_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const decodeEntity = (
  entity: string,
  hexadecimal: string | undefined,
  decimal: string | undefined,
  name: string | undefined,
): string => {
  if (name !== undefined) return NAMED_ENTITIES[name] ?? entity;
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  return code > 0x10ffff ? entity : String.fromCodePoint(code);
};
