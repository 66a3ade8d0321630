/** What each kind of fault does. */

import type { Fault } from '../options/fault.ts';
import { pageAnswer, redirectAnswer, refusalOf, sessionLimitAnswer, verbatimAnswer } from './fault-answers.ts';
import { corrupted, malformed, miscertified } from './fault-contents.ts';
import { misranged } from './fault-range.ts';
import { withoutSession } from './fault-session.ts';
import { disconnected, hanging, truncated } from './fault-truncation.ts';
import type { Effect } from './received.ts';

/** What a fault makes of a request; those that only delay it are not among them. */
export const effectOf =
  (fault: Exclude<Fault, { readonly kind: 'latency' }>): Effect =>
  async (received, realAnswer) => {
    switch (fault.kind) {
      case 'refusal':
        return refusalOf(fault, received);
      case 'session-limit':
        return sessionLimitAnswer(received);
      case 'page':
        return pageAnswer(fault);
      case 'redirect':
        return redirectAnswer(fault, received);
      case 'disconnect':
        return disconnected(fault, received, realAnswer);
      case 'hang':
        return hanging(fault, received, realAnswer);
      case 'truncate':
        return truncated(fault, received, realAnswer);
      case 'malformed':
        return malformed(received, realAnswer);
      case 'corrupt':
        return corrupted(fault, received, realAnswer);
      case 'range':
        return misranged(fault, received, realAnswer);
      case 'certificate':
        return miscertified(fault, received, realAnswer);
      case 'session-lost':
        return withoutSession(fault, received, realAnswer);
      default:
        return verbatimAnswer(fault);
    }
  };
