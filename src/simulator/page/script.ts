/** What the simulator's page does in a browser: it asks how things are, again and again, and shows them. */

/** Text of other people is only ever set as text: names of files may hold anything. */
export const script = `
'use strict';
const period = 500;
const shownRequests = 200;
const byId = (id) => document.getElementById(id);

const element = (name, attributes, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.map((child) => (typeof child === 'object' ? child : String(child))));
  return made;
};

const size = (bytes) => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit += 1) bytes /= 1024;
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

const heads = (...names) => element('thead', {}, element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name))));
const row = (...cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell)));

const fileRow = (file) =>
  row(
    file.name,
    status(file.status),
    element('span', {}, bar('prepared of ' + file.name, file.bytesTransferred, file.size), ' ' + size(file.bytesTransferred)),
    element('span', {}, bar('served of ' + file.name, file.bytesServed, file.size), ' ' + size(file.bytesServed) + ' of ' + size(file.size)),
  );
const session = (one, now) =>
  element(
    'article',
    {},
    element('h3', {}, one.itemName, ' ', status(one.state)),
    element(
      'p',
      { class: 'quiet' },
      'Session ', element('code', {}, one.id), ' of ' + one.username + ', ',
      one.expiresAt <= now ? 'expired' : 'expires in ' + duration(one.expiresAt - now),
      ', the client says ' + one.clientProgress + ' %',
    ),
    element('table', {}, heads('File', 'Status', 'Prepared', 'Served'), element('tbody', {}, ...one.files.map(fileRow))),
  );
const requestRow = (one) =>
  row(
    time(one.at),
    element('span', { class: 'status ' + (one.status >= 400 || one.status === 0 ? 'bad' : 'good') }, one.status === 0 ? 'broken' : one.status),
    one.operation,
    element('code', {}, one.method + ' ' + one.path),
  );

let run = 0;
let seen = 0;
let shownSessions = '';
const show = (state) => {
  byId('version').textContent = state.version;
  const counts = { requests: state.requestCount, logins: state.apiSessions, sessions: state.sessions.length, served: size(state.bytesServed), clock: time(state.now).slice(0, 8) };
  for (const [id, value] of Object.entries(counts)) if (byId(id).textContent !== String(value)) byId(id).textContent = String(value);
  // What has not changed is left alone, so that a text somebody has selected stays so.
  const sessions = JSON.stringify([state.sessions, state.sessions.length > 0 && Math.round(state.now / 1000)]);
  if (sessions !== shownSessions) {
    shownSessions = sessions;
    byId('session-list').replaceChildren(...state.sessions.map((one) => session(one, state.now)));
    byId('no-sessions').hidden = state.sessions.length > 0;
  }
  const list = byId('request-list');
  if (state.run !== run) list.replaceChildren();
  list.prepend(...state.requests.map(requestRow).reverse());
  while (list.children.length > shownRequests) list.lastElementChild.remove();
  run = state.run;
  seen = state.requestCount;
  byId('no-requests').hidden = list.children.length > 0;
};

let paused = false;
const look = async () => {
  if (!paused && !document.hidden) {
    try {
      const answer = await fetch('simulator/state?run=' + run + '&seen=' + seen, { cache: 'no-store' });
      show(await answer.json());
      byId('trouble').textContent = '';
    } catch {
      byId('trouble').textContent = 'The simulator does not answer. This is how things were last.';
    }
  }
  setTimeout(look, period);
};
byId('pause').addEventListener('click', () => {
  paused = !paused;
  byId('pause').setAttribute('aria-pressed', String(paused));
});
look();
`;
