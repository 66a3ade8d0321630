/** The script of the simulator's page: polls the state and renders it. */

/** Untrusted strings such as file names are inserted as text, never as HTML. */
export const script = `
'use strict';
const interval = 500;
const maxRequests = 200;
const byId = (id) => document.getElementById(id);

const element = (name, attributes, ...children) => {
  const created = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, value);
  created.append(...children.map((child) => (typeof child === 'object' ? child : String(child))));
  return created;
};

const size = (bytes) => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit += 1) bytes /= 1000;
  return (unit === 0 ? bytes : bytes.toFixed(1)) + ' ' + units[unit];
};
const time = (at) => new Date(at).toISOString().slice(11, 23);
const duration = (milliseconds) => {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return Math.floor(seconds / 60) + ':' + String(seconds % 60).padStart(2, '0');
};
const kinds = { PREPARED: 'good', ACTIVE: 'good', PREPARING: 'busy', PREPARE_REQUESTED: 'busy', ERROR: 'bad', CANCELED: 'bad' };
const status = (text) => element('span', { class: 'status ' + (kinds[text] || '') }, text);
const bar = (label, value, max) =>
  element('progress', { 'aria-label': label, value: Math.min(value, max), max: Math.max(max, 1) }, Math.round((100 * value) / Math.max(max, 1)) + ' %');

const header = (...names) => element('thead', {}, element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name))));
const row = (...cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell)));

const act = (path) => fetch('simulator/' + path, { method: 'POST' });
const button = (text, onClick) => {
  const created = element('button', { type: 'button' }, text);
  created.addEventListener('click', onClick);
  return created;
};

const fileRow = (file) =>
  row(
    file.name,
    status(file.status),
    element('span', {}, bar('prepared bytes of ' + file.name, file.bytesTransferred, file.size), ' ' + size(file.bytesTransferred)),
    element('span', {}, bar('served bytes of ' + file.name, file.bytesServed, file.size), ' ' + size(file.bytesServed) + ' of ' + size(file.size)),
  );
const sessionCard = (session, now) =>
  element(
    'article',
    {},
    element('h3', {}, session.itemName, ' ', status(session.state)),
    element(
      'p',
      { class: 'quiet' },
      'Session ', element('code', {}, session.id), ' of ' + session.username + ', ',
      session.expiresAt <= now ? 'expired' : 'expires in ' + duration(session.expiresAt - now),
      ', client progress ' + session.clientProgress + ' % ',
      button('Expire', () => act('expire?session=' + encodeURIComponent(session.id))),
    ),
    element('table', {}, header('File', 'Status', 'Prepared', 'Served'), element('tbody', {}, ...session.files.map(fileRow))),
  );
const requestRow = (request) =>
  row(
    time(request.at),
    element('span', { class: 'status ' + (request.status >= 400 || request.status === 0 ? 'bad' : 'good') }, request.status === 0 ? 'broken' : request.status),
    request.operation,
    element('code', {}, request.method + ' ' + request.path),
  );

// Paths of the command: a slash or a percent sign of a name is encoded, and a shell gets it quoted.
const quote = (text) => "'" + text.replaceAll("'", "'\\\\''") + "'";
const pathOf = (...names) => names.map((name) => name.replaceAll('%', '%25').replaceAll('/', '%2F')).join('/');
const itemCard = (item) =>
  element(
    'article',
    {},
    element('h3', {}, item.library + ' / ' + item.name),
    element('p', { class: 'quiet' }, item.files.map((file) => file.name + ' (' + size(file.size) + ')').join(', ') || 'No files.'),
    element('pre', {}, 'content-library export ' + quote(pathOf(item.library, item.name)) + ' .\\ngovc library.export ' + quote('/' + item.library + '/' + item.name) + ' .'),
  );
const loadItems = async () => {
  const response = await fetch('simulator/items', { cache: 'no-store' });
  const items = await response.json();
  byId('items').textContent = String(items.length);
  byId('inventory').replaceChildren(...items.map(itemCard));
};

const isSelected = (listed) => listed.textContent.toLowerCase().includes((byId('filter').value || '').toLowerCase());
const filterRequests = () => {
  for (const listed of byId('request-list').children) listed.hidden = !isSelected(listed);
};

let run = 0;
let seen = 0;
let renderedSessions = '';
const render = (state) => {
  byId('version').textContent = state.version;
  const counts = { requests: state.requestCount, logins: state.apiSessions, sessions: state.sessions.length, served: size(state.bytesServed), clock: time(state.now).slice(0, 8) };
  for (const [id, value] of Object.entries(counts)) if (byId(id).textContent !== String(value)) byId(id).textContent = String(value);
  // Unchanged elements are not replaced, so that selected text stays selected.
  const sessions = JSON.stringify([state.sessions, state.sessions.length > 0 && Math.round(state.now / 1000)]);
  if (sessions !== renderedSessions) {
    renderedSessions = sessions;
    byId('session-list').replaceChildren(...state.sessions.map((session) => sessionCard(session, state.now)));
    byId('no-sessions').hidden = state.sessions.length > 0;
  }
  const list = byId('request-list');
  if (state.run !== run) {
    list.replaceChildren();
    loadItems();
  }
  list.prepend(...state.requests.map(requestRow).reverse());
  while (list.children.length > maxRequests) list.lastElementChild.remove();
  run = state.run;
  seen = state.requestCount;
  filterRequests();
  byId('no-requests').hidden = list.children.length > 0;
};

let paused = false;
const poll = async () => {
  if (!paused && !document.hidden) {
    try {
      const response = await fetch('simulator/state?run=' + run + '&seen=' + seen, { cache: 'no-store' });
      render(await response.json());
      byId('trouble').textContent = '';
    } catch {
      byId('trouble').textContent = 'The simulator does not respond. This is its last known state.';
    }
  }
  setTimeout(poll, interval);
};
byId('pause').addEventListener('click', () => {
  paused = !paused;
  byId('pause').setAttribute('aria-pressed', String(paused));
});
byId('reset').addEventListener('click', () => act('reset'));
byId('refuse').addEventListener('click', () => act('refuse-next'));
byId('filter').addEventListener('input', filterRequests);
poll();
`;
