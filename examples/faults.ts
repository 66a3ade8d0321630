import { getLibrary, vcenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { interval, map, takeWhile } from 'rxjs';

// #region faults
const simulator = createSimulator({
  scenario: {
    version: '7.0',
    faults: [
      { operation: 'content.Library.get', kind: 'refusal', errorType: 'SERVICE_UNAVAILABLE', retryAfter: 1, times: 1 },
      { operation: '*', kind: 'latency', milliseconds: [20, 80] },
      { operation: 'data', file: 'disk.vmdk', kind: 'truncate', shape: 'chunked-complete', at: 1_000_000, chance: 0.5 },
      { operation: 'data', kind: 'session-lost', from: 60_000 },
    ],
  },
});
// #endregion

// #region inspection
simulator.requests$.subscribe(({ operation, status }) => console.log(status, operation));
simulator.sessions$.subscribe((sessions) => console.log(sessions.length, 'download sessions'));
const clock$ = interval(100).pipe(map(() => simulator.sessions.flatMap(({ files }) => files.map(({ status }) => status))));
// #endregion

clock$.pipe(takeWhile(() => simulator.count('content.Library.get') < 1)).subscribe();
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
getLibrary(vcenter({ server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch }), 'library-1').subscribe({
  error: (error: Error) => {
    console.log(error.message);
    // #region set-scenario
    simulator.setScenario({ faults: [{ operation: 'data', kind: 'truncate', shape: 'close', at: 3_000_000 }] });
    // #endregion
  },
});
