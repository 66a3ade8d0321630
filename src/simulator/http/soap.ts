/** The little of vSphere's SOAP API (`/sdk`) that clients call before and after they use the REST API: govc, for one. */

import type { SimulatedUser } from '../options/user.ts';
import type { VCenterVersion } from '../options/version.ts';
import type { ApiSession } from '../state/api-sessions.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { elementText, elementType, escaped, operationIn } from './xml.ts';

const cookieName = 'vmware_soap_session';

/** What a release calls itself. */
const apiVersions: Readonly<Record<VCenterVersion, string>> = {
  '6.7': '6.7.3',
  '7.0': '7.0.2.0',
  '8.0': '8.0.2.0',
  '9.0': '9.0.0.0',
};

/** Whether a request is one for the SOAP API. */
export const isSoap = ({ pathname }: URL): boolean => pathname === '/sdk' || pathname.startsWith('/sdk/');

/** Answers a request for the SOAP API. Its logins are counted apart from those of the REST API, as vCenter's two services do. */
export const answerSoap = async (vcenter: SimulatedVCenter, request: Request, url: URL): Promise<Response> => {
  if (url.pathname === '/sdk/vimServiceVersions.xml') return xml(200, serviceVersions(vcenter));
  if (request.method !== 'POST') return new Response('404 Not Found', { status: 404, headers: { 'content-type': 'text/plain' } });
  const body = await request.text();
  const operation = operationIn(body) ?? '';
  const answer = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  const call = { body, session: sessionOf(vcenter, request.headers), url };
  return answer === undefined
    ? fault(
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
  RetrieveServiceContent: (vcenter) => done('RetrieveServiceContent', `<returnval>${serviceContent(vcenter)}</returnval>`),
  CurrentTime: ({ clock }) => done('CurrentTime', `<returnval>${date(clock.now())}</returnval>`),
  Login: (vcenter, { body, url }) => {
    const [username, password] = [elementText(body, 'userName'), elementText(body, 'password')];
    const user = vcenter.users.find((candidate) => candidate.username === username && candidate.password === password);
    if (user === undefined) return fault('Cannot complete login due to an incorrect user name or password.', 'InvalidLogin');
    return loggedIn(vcenter, user, url);
  },
  Logout: ({ soapSessions }, { session }) => {
    if (session === undefined) return notAuthenticated();
    soapSessions.close(session);
    return done('Logout', '');
  },
  SessionIsActive: ({ soapSessions }, { body, session }) => {
    if (session === undefined) return notAuthenticated();
    const { id, user } = session;
    const isItself = elementText(body, 'sessionID') === keyOf(session) && elementText(body, 'userName') === user.username;
    return done('SessionIsActive', `<returnval>${String(isItself && soapSessions.find(id) !== undefined)}</returnval>`);
  },
  RetrieveProperties: (_, call) => properties('RetrieveProperties', call, (object) => `<returnval>${object}</returnval>`),
  RetrievePropertiesEx: (_, call) =>
    properties('RetrievePropertiesEx', call, (object) => `<returnval><objects>${object}</objects></returnval>`),
};

const loggedIn = ({ soapSessions }: SimulatedVCenter, user: SimulatedUser, { protocol }: URL): Response => {
  const session = soapSessions.open(user);
  const response = done('Login', `<returnval>${userSession(session)}</returnval>`);
  const secure = protocol === 'https:' ? '; Secure' : '';
  response.headers.set('set-cookie', `${cookieName}="${session.id}"; Path=/; HttpOnly${secure}`);
  return response;
};

/** The two properties that govc asks for: whose login this is, and what a datastore is called. */
const properties = (operation: string, { body, session }: SoapCall, wrapped: (object: string) => string): Response => {
  if (session === undefined) return notAuthenticated();
  const [type, id] = [elementType(body, 'obj'), elementText(body, 'obj') ?? ''];
  const value = {
    SessionManager: `<val xsi:type="UserSession">${userSession(session)}</val>`,
    Datastore: `<val xsi:type="xsd:string">${escaped(id)}</val>`,
  };
  if (type !== 'SessionManager' && type !== 'Datastore')
    return fault('The object has already been deleted or has not been completely created', 'ManagedObjectNotFound');
  const name = type === 'SessionManager' ? 'currentSession' : 'name';
  const object = `<obj type="${type}">${escaped(id)}</obj><propSet><name>${name}</name>${value[type]}</propSet>`;
  return done(operation, wrapped(object));
};

const sessionOf = ({ soapSessions }: SimulatedVCenter, headers: Headers): ApiSession | undefined => {
  const [, id = ''] = new RegExp(`\\b${cookieName}="?([^";]*)`).exec(headers.get('cookie') ?? '') ?? [];
  return soapSessions.use(id);
};

const date = (time: number): string => new Date(time).toISOString();

/** The name of a login, which is no secret where it is shown: to its owner. */
const keyOf = ({ id }: ApiSession): string => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

const userSession = (session: ApiSession): string =>
  [
    `<key>${keyOf(session)}</key>`,
    `<userName>${escaped(session.user.username)}</userName>`,
    `<fullName>${escaped(session.user.username)}</fullName>`,
    `<loginTime>${date(session.createdAt)}</loginTime>`,
    `<lastActiveTime>${date(session.lastAccessedAt)}</lastActiveTime>`,
    '<locale>en</locale><messageLocale>en</messageLocale><extensionSession>false</extensionSession>',
  ].join('');

const serviceContent = (vcenter: SimulatedVCenter): string => {
  const apiVersion = apiVersions[vcenter.scenario.version ?? '8.0'];
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
  `<namespaces version="1.0"><namespace><name>urn:vim25</name><version>${apiVersions[version]}</version></namespace></namespaces>`;

const done = (operation: string, content: string): Response =>
  xml(200, envelope(`<${operation}Response xmlns="urn:vim25">${content}</${operation}Response>`));

const notAuthenticated = (): Response => fault('The session is not authenticated.', 'NotAuthenticated');

const fault = (message: string, type: string): Response =>
  xml(
    500,
    envelope(
      `<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>${escaped(message)}</faultstring>` +
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
