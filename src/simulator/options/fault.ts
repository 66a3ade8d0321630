/** What goes wrong, and when. */

import type { AnsweringFault } from './answering-fault.ts';
import type { BodyFault } from './body-fault.ts';
import type { ConnectionFault } from './connection-fault.ts';
import type { FaultTarget } from './fault-target.ts';
import type { SessionFault } from './session-fault.ts';

/**
 * One thing that goes wrong: which requests it meets, and what happens to them, told apart by `kind`. Without a `kind` it is an answer
 * given verbatim.
 *
 * Where several fit a request, the first of the list is what happens; only `latency` lets the others have their turn, and adds up.
 */
export type Fault = FaultTarget & (AnsweringFault | BodyFault | ConnectionFault | SessionFault);
