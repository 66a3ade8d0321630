/** A page without a framework: RxJS only. */

import { toBlob, type QueuedDownload } from 'rx-content-library';
import { distinctUntilChanged, fromEvent, map } from 'rxjs';
import { queue } from './queue.ts';

document.body.innerHTML = '<button>Download debian-12</button><p role="status"></p><ul></ul>';
const [button, summary, list] = ['button', 'p', 'ul'].map((name) => document.querySelector(name) as HTMLElement) as [
  HTMLElement,
  HTMLElement,
  HTMLElement,
];

// #region rxjs
fromEvent(button, 'click').subscribe(() => queue.add('debian-12', toBlob()));

queue.state$
  .pipe(
    map(({ counts }) => `${counts.running} running, ${counts.saved} saved`),
    distinctUntilChanged(),
  )
  .subscribe((text) => (summary.textContent = text));

// A download that has not changed is the same object as before, and keeps its element.
const rows = new WeakMap<QueuedDownload, HTMLElement>();
queue.state$.subscribe(({ downloads }) =>
  list.replaceChildren(...downloads.map((download) => rows.get(download) ?? createRow(download))),
);

function createRow(download: QueuedDownload): HTMLElement {
  const row = document.createElement('li');
  row.textContent = `${download.itemName ?? download.itemId}: ${download.status}, ${download.received} bytes `;
  const cancel = document.createElement('button');
  cancel.textContent = 'Cancel';
  fromEvent(cancel, 'click').subscribe(() => queue.cancel(download.id));
  if (download.status === 'running') row.append(cancel);
  rows.set(download, row);
  return row;
}
// #endregion
