/** Which requests the proxy forwards. Everything else is refused. */

const ID = '[A-Za-z0-9_:.-]+';

/** The rows are the routes of the operations of `rx-content-library`, in both dialects: method, path, actions. */
const routes: readonly (readonly [methods: string, path: string, actions: string])[] = [
  // Libraries
  ['GET', '/api/content/library', ''],
  ['POST', '/api/content/library', 'action=find'],
  ['GET', '/api/content/(?:local|subscribed)-library', ''],
  ['GET', '/rest/com/vmware/content/library', ''],
  ['POST', '/rest/com/vmware/content/library', '~action=find'],
  ['GET', '/rest/com/vmware/content/(?:local|subscribed)-library', ''],
  ['GET', `/rest/com/vmware/content/library/id:${ID}`, ''],
  // Items, their files, storage and changes
  ['GET', '/api/content/library/item', ''],
  ['POST', '/api/content/library/item', 'action=find'],
  ['GET', `/api/content/library/item/${ID}/(?:file|storage|changes)`, ''],
  ['GET', `/api/content/library/item/${ID}/changes/${ID}`, ''],
  ['POST', `/api/content/library/subscribed-item/${ID}`, 'action=(?:sync|evict)'],
  ['GET', '/rest/com/vmware/content/library/item(?:/file|/storage)?', ''],
  ['POST', '/rest/com/vmware/content/library/item', '~action=find'],
  ['GET', `/rest/com/vmware/content/library/item/id:${ID}`, ''],
  ['POST', `/rest/com/vmware/content/library/item/(?:file|storage)/id:${ID}`, '~action=get'],
  ['GET', `/rest/content/library/item/${ID}/changes(?:/${ID})?`, ''],
  ['POST', `/rest/com/vmware/content/library/subscribed-item/id:${ID}`, '~action=(?:sync|evict)'],
  // Download sessions and their files
  ['GET POST', '/api/content/library/item/download-session', ''],
  ['GET DELETE', `/api/content/library/item/download-session/${ID}`, ''],
  ['POST', `/api/content/library/item/download-session/${ID}`, 'action=(?:keep-alive|cancel|fail)'],
  ['GET', `/api/content/library/item/download-session/${ID}/file`, ''],
  ['POST', `/api/content/library/item/download-session/${ID}/file`, 'action=prepare'],
  ['GET POST', '/rest/com/vmware/content/library/item/download-session', ''],
  ['GET DELETE', `/rest/com/vmware/content/library/item/download-session/id:${ID}`, ''],
  ['POST', `/rest/com/vmware/content/library/item/download-session/id:${ID}`, '~action=(?:keep-alive|cancel|fail)'],
  ['GET', '/rest/com/vmware/content/library/item/downloadsession/file', ''],
  ['POST', `/rest/com/vmware/content/library/item/downloadsession/file/id:${ID}`, '~action=(?:get|prepare)'],
  // The session of the login: read only. Logins and logouts are `/login` and `/logout`.
  ['GET', '/api/session', ''],
  ['POST', '/rest/com/vmware/cis/session', '~action=get'],
  // One library or item of `/api`: after the longer paths, whose first part looks like an id.
  ['GET', `/api/content/library/${ID}`, ''],
  ['GET', `/api/content/library/item/${ID}`, ''],
];

const patterns = routes.map(([methods, path, actions]) => ({
  methods: methods.split(' '),
  path: new RegExp(`^${path}$`),
  action: new RegExp(`^${actions}$`),
}));

/** Returns true if the Content Library's API has this route. `path` begins with `/api` or `/rest`. */
export const isAllowedRoute = (method: string, path: string, query: URLSearchParams): boolean => {
  // Both spellings count, so that none of them reaches the server as another action.
  const actions = [...query].filter(([name]) => /^~?action$/i.test(name)).map(([name, value]) => `${name}=${value}`);
  return patterns.some(
    (route) => route.methods.includes(method) && route.path.test(path) && route.action.test(actions.join('&')),
  );
};

/** Where vCenter serves the bytes of files, and where vcsim does. */
const DATA_PATHS = ['/cls/', '/rest/com/vmware/cis/data/'];

/** Returns true for the path of a file's bytes that stays below its folder however often the server decodes it. */
export const isDataPath = (method: string, path: string): boolean => {
  if (!['GET', 'HEAD'].includes(method) || !DATA_PATHS.some((prefix) => path.startsWith(prefix))) return false;
  const slashes = path.split('/').length;
  for (let decoded = path, round = 0; round < 5; round++) {
    if (decoded.includes('\\') || decoded.includes('\0') || decoded.split('/').length !== slashes) return false;
    if (decoded.split('/').some((segment) => segment === '.' || segment === '..')) return false;
    const next = decode(decoded);
    if (next === decoded) return true;
    decoded = next;
  }
  return false;
};

/** A text that cannot be decoded is final: a name may contain a percent sign. */
const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
