/** The little of vSphere's SOAP API (`/sdk`) that clients call before and after they use the REST API: govc, for one. */

import type { SimulatedUser } from '../options/options.ts';
import type { VCenterVersion } from '../options/scenario.ts';
import type { ApiSession } from '../state/api-sessions.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';

const SOAP_COOKIE = 'vmware_soap_session';

/** What a release calls itself. */
const API_VERSIONS: Readonly<Record<VCenterVersion, string>> = {
  '6.7': '6.7.3',
  '7.0': '7.0.2.0',
  '8.0': '8.0.2.0',
  '9.0': '9.0.0.0',
};

/** Whether a request is one for the SOAP API. */
export const isSoap = ({ pathname }: URL): boolean => pathname === '/sdk' || pathname.startsWith('/sdk/');

/** Answers a request for the SOAP API. Its logins are counted apart from those of the REST API, as vCenter's two services do. */
export const handleSoap = async (vcenter: SimulatedVCenter, request: Request, url: URL): Promise<Response> => {
  if (url.pathname === '/sdk/vimServiceVersions.xml') return xml(200, serviceVersions(vcenter));
  if (request.method !== 'POST') return new Response('404 Not Found', { status: 404, headers: { 'content-type': 'text/plain' } });
  const body = await request.text();
  const operation = soapOperation(body) ?? '';
  const answer = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  const call = { body, session: sessionFromCookie(vcenter, request.headers), url };
  return answer === undefined
    ? soapFault(
        `Of the SOAP API the simulator knows the login, and little more: not ${operation || 'a body like this'}.`,
        'NotSupported',
      )
    : answer(vcenter, call);
};

/** A request for one operation. */
interface SoapCall {
  readonly body: string;
  /** The login that its cookie stands for. */
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
    const isItself = elementText(body, 'sessionID') === sessionKey(session) && elementText(body, 'userName') === user.username;
    return soapResponse('SessionIsActive', `<returnval>${String(isItself && soapSessions.find(id) !== undefined)}</returnval>`);
  },
  RetrieveProperties: (_, call) => propertiesResponse('RetrieveProperties', call, (object) => `<returnval>${object}</returnval>`),
  RetrievePropertiesEx: (_, call) =>
    propertiesResponse('RetrievePropertiesEx', call, (object) => `<returnval><objects>${object}</objects></returnval>`),
};

const loginResponse = ({ soapSessions }: SimulatedVCenter, user: SimulatedUser, { protocol }: URL): Response => {
  const session = soapSessions.open(user);
  const response = soapResponse('Login', `<returnval>${userSession(session)}</returnval>`);
  const secure = protocol === 'https:' ? '; Secure' : '';
  response.headers.set('set-cookie', `${SOAP_COOKIE}="${session.id}"; Path=/; HttpOnly${secure}`);
  return response;
};

/** The two properties that govc asks for: whose login this is, and what a datastore is called. */
const propertiesResponse = (operation: string, { body, session }: SoapCall, wrapped: (object: string) => string): Response => {
  if (session === undefined) return notAuthenticated();
  const [type, id] = [elementType(body, 'obj'), elementText(body, 'obj') ?? ''];
  const value = {
    SessionManager: `<val xsi:type="UserSession">${userSession(session)}</val>`,
    Datastore: `<val xsi:type="xsd:string">${escapeXml(id)}</val>`,
  };
  if (type !== 'SessionManager' && type !== 'Datastore')
    return soapFault('The object has already been deleted or has not been completely created', 'ManagedObjectNotFound');
  const name = type === 'SessionManager' ? 'currentSession' : 'name';
  const object = `<obj type="${type}">${escapeXml(id)}</obj><propSet><name>${name}</name>${value[type]}</propSet>`;
  return soapResponse(operation, wrapped(object));
};

const sessionFromCookie = ({ soapSessions }: SimulatedVCenter, headers: Headers): ApiSession | undefined => {
  const [, id = ''] = new RegExp(`\\b${SOAP_COOKIE}="?([^";]*)`).exec(headers.get('cookie') ?? '') ?? [];
  return soapSessions.use(id);
};

const isoDate = (time: number): string => new Date(time).toISOString();

/** The name of a login, which is no secret where it is shown: to its owner. */
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

/** The name of the first element in the body of a SOAP envelope, which is the operation. */
export const soapOperation = (envelope: string): string | undefined =>
  /<(?:[\w-]+:)?Body\b[^>]*>\s*<(?:[\w-]+:)?(\w+)/.exec(envelope)?.[1];

/** The text of the first element of a name. */
export const elementText = (envelope: string, name: string): string | undefined => {
  const text = new RegExp(`<(?:[\\w-]+:)?${name}\\b[^>]*>([^<]*)</`).exec(envelope)?.[1];
  return text?.replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, decodeEntity);
};

/** The attribute `type` of the first element of a name. */
export const elementType = (envelope: string, name: string): string | undefined =>
  new RegExp(`<(?:[\\w-]+:)?${name}\\b[^>]*\\btype="(\\w+)"`).exec(envelope)?.[1];

/** A text as it may stand between tags and in attributes. */
export const escapeXml = (text: string): string => text.replaceAll(/[<>&"']/g, (found) => `&#${found.charCodeAt(0)};`);

const NAMED_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const decodeEntity = (
  written: string,
  hexadecimal: string | undefined,
  decimal: string | undefined,
  name: string | undefined,
): string => {
  if (name !== undefined) return NAMED_ENTITIES[name] ?? written;
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  return code > 0x10ffff ? written : String.fromCodePoint(code);
};
