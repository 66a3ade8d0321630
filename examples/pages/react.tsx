/** The queue in React. */

import { memo, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { toBlob, type DownloadQueueState, type QueuedDownload } from 'rx-content-library';
import { queue } from './queue.ts';

// #region react
const subscribe = (onChange: () => void): (() => void) => {
  const subscription = queue.state$.subscribe(onChange);
  return () => subscription.unsubscribe();
};
const useDownloads = (): DownloadQueueState => useSyncExternalStore(subscribe, () => queue.state);

// A download that has not changed is the same object as before, and is not rendered again.
const Row = memo(({ download: { id, itemId, itemName, status, received } }: { readonly download: QueuedDownload }) => (
  <li>
    {itemName ?? itemId}: {status}, {received} bytes{' '}
    {status === 'running' && <button onClick={() => queue.cancel(id)}>Cancel</button>}
  </li>
));

const Downloads = () => {
  const { downloads, counts } = useDownloads();
  return (
    <>
      <button onClick={() => queue.add('debian-12', toBlob())}>Download debian-12</button>
      <p role="status">
        {counts.running} running, {counts.saved} saved
      </p>
      <ul>
        {downloads.map((download) => (
          <Row key={download.id} download={download} />
        ))}
      </ul>
    </>
  );
};
// #endregion

createRoot(document.body.appendChild(document.createElement('main'))).render(<Downloads />);
