import { listLibraries, vcenter, type RetryNotice } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { Subject } from 'rxjs';

const { fetch } = createSimulator({
  scenario: { faults: [{ operation: 'content.Library.list', times: 2, kind: 'refusal', errorType: 'RESOURCE_BUSY' }] },
});
const [server, credentials] = ['https://vcenter.example.com', { username: 'administrator@vsphere.local', password: 'secret' }];

// #region retry
const retry$ = new Subject<RetryNotice>();
retry$.subscribe(({ attempt, error, delay }) =>
  console.log(`attempt ${attempt}: ${error.message} Retrying in ${delay.toFixed()} ms.`),
);

const vc = vcenter({ server, credentials, fetch, retry: { attempts: 3, delay: 100, budget: 10_000, onRetry: retry$ } });
// #endregion

listLibraries(vc).subscribe((ids) => console.log(ids));
