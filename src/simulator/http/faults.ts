/** Which faults meet a request, and what it is answered with then. */

import type { Fault } from '../options/fault.ts';
import { draws } from '../state/draws.ts';
import { wait } from '../state/waiting.ts';
import { effectOf } from './fault-effect.ts';
import { namedFile } from './named-file.ts';
import type { Effect, Received } from './received.ts';
import { requestKinds } from './request-kinds.ts';

/** A fault and what was counted of it. */
interface Counted {
  readonly fault: Fault;
  /** Numbers from 0 to 1. */
  readonly draw: () => number;
  /** Requests that it fits. */
  requests: number;
  /** Requests that it has met. */
  met: number;
}

/**
 * Starts with no request counted.
 *
 * @throws RangeError if a fault names an operation that there is not, for it would never meet anything.
 */
export const faults = (planned: readonly Fault[], seed: number): Effect => {
  for (const { operation } of planned)
    if (operation !== '*' && !requestKinds.has(operation))
      throw new RangeError(`There is no operation ${operation}. Name one such as content.Library.list, data, unknown or *.`);
  const all = planned.map((fault, index): Counted => ({ fault, draw: draws(seed, index), requests: 0, met: 0 }));
  return async (received, realAnswer) => {
    const candidates = all.filter(({ fault }) => fault.operation === '*' || fault.operation === received.operation);
    if (candidates.length === 0) return realAnswer(received);
    const file = candidates.some(({ fault }) => fault.file !== undefined) ? await namedFile(received) : undefined;
    const fitting = candidates.filter(
      ({ fault }) => (fault.file === undefined || fault.file === file) && isTime(fault, received),
    );
    for (const entry of fitting) entry.requests += 1;
    let delay = 0;
    let effect: Effect | undefined;
    for (const entry of fitting) {
      const { fault, draw } = entry;
      if ((fault.kind !== 'latency' && effect !== undefined) || !isDue(entry)) continue;
      entry.met += 1;
      if (fault.kind !== 'latency') effect = effectOf(fault);
      else if (typeof fault.milliseconds === 'number') delay += fault.milliseconds;
      else delay += fault.milliseconds[0] + draw() * (fault.milliseconds[1] - fault.milliseconds[0]);
    }
    await wait(received.vcenter.clock, delay, received.signal);
    return effect === undefined ? realAnswer(received) : effect(received, realAnswer);
  };
};

const isTime = ({ from = 0, until = Number.POSITIVE_INFINITY }: Fault, { vcenter }: Received): boolean => {
  const elapsed = vcenter.clock.now() - vcenter.startedAt;
  return elapsed >= from && elapsed < until;
};

const isDue = ({ fault, draw, requests, met }: Counted): boolean =>
  requests > (fault.after ?? 0) &&
  met < (fault.times ?? Number.POSITIVE_INFINITY) &&
  (fault.chance === undefined || draw() < fault.chance);
