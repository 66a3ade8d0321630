/** What time it is for the simulator. */

import type { SchedulerLike, TimestampProvider } from 'rxjs';

/**
 * Tells the time, in milliseconds since 1970 (`now`).
 *
 * - `Date`, or an object with a `now` of your own, which a test may move as it likes. What takes time is computed from it when somebody
 *   asks. Only a fault that delays an answer really waits, and then with the platform's `setTimeout`.
 * - A scheduler of RxJS: `asyncScheduler`, or a `VirtualTimeScheduler` or `TestScheduler`, whose virtual time drives the waiting, too.
 *   Virtual time begins at 0, in 1970.
 */
export type SimulatorClock = TimestampProvider | SchedulerLike;
