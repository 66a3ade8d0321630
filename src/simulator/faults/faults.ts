/** Which faults meet a request, and what it is answered with then. */

import type { FaultEffect, RequestContext } from '../http/request-context.ts';
import { decodePercent, parseJson } from '../http/decode.ts';
import { requestKinds } from '../http/routes.ts';
import type { Fault } from '../options/faults.ts';
import { seededRandom } from '../state/seeded-random.ts';
import { sleep } from '../state/sleep.ts';
import { corruptBytes, malformedJson, wrongRange, wrongThumbprint } from './body-faults.ts';
import { disconnect, hang, truncate } from './connection-faults.ts';
import {
  proxyPageResponse,
  redirectResponse,
  refusalResponse,
  sessionLimitResponse,
  verbatimResponse,
} from './response-faults.ts';
import { loseSession } from './session-faults.ts';

/** A fault and what was counted of it. */
interface FaultState {
  readonly fault: Fault;
  /** Numbers from 0 to 1. */
  readonly draw: () => number;
  /** Requests that it fits. */
  requests: number;
  /** Requests that it has met. */
  applied: number;
}

/**
 * Starts with no request counted.
 *
 * @throws RangeError if a fault names an operation that there is not, for it would never meet anything.
 */
export const createFaults = (planned: readonly Fault[], seed: number): FaultEffect => {
  for (const { operation } of planned)
    if (operation !== '*' && !requestKinds.has(operation))
      throw new RangeError(`There is no operation ${operation}. Name one such as content.Library.list, data, unknown or *.`);
  const all = planned.map((fault, index): FaultState => ({ fault, draw: seededRandom(seed, index), requests: 0, applied: 0 }));
  return async (context, handle) => {
    const candidates = all.filter(({ fault }) => fault.operation === '*' || fault.operation === context.operation);
    if (candidates.length === 0) return handle(context);
    const file = candidates.some(({ fault }) => fault.file !== undefined) ? await requestedFile(context) : undefined;
    const fitting = candidates.filter(
      ({ fault }) => (fault.file === undefined || fault.file === file) && isInTime(fault, context),
    );
    for (const entry of fitting) entry.requests += 1;
    let delay = 0;
    let effect: FaultEffect | undefined;
    for (const entry of fitting) {
      const { fault, draw } = entry;
      if ((fault.kind !== 'latency' && effect !== undefined) || !isDue(entry)) continue;
      entry.applied += 1;
      if (fault.kind !== 'latency') effect = effectOf(fault);
      else if (typeof fault.milliseconds === 'number') delay += fault.milliseconds;
      else delay += fault.milliseconds[0] + draw() * (fault.milliseconds[1] - fault.milliseconds[0]);
    }
    await sleep(context.vcenter.clock, delay, context.signal);
    return effect === undefined ? handle(context) : effect(context, handle);
  };
};

const isInTime = ({ from = 0, until = Number.POSITIVE_INFINITY }: Fault, { vcenter }: RequestContext): boolean => {
  const elapsed = vcenter.clock.now() - vcenter.startedAt;
  return elapsed >= from && elapsed < until;
};

const isDue = ({ fault, draw, requests, applied }: FaultState): boolean =>
  requests > (fault.after ?? 0) &&
  applied < (fault.times ?? Number.POSITIVE_INFINITY) &&
  (fault.chance === undefined || draw() < fault.chance);

/** What a fault makes of a request; those that only delay it are not among them. */
export const effectOf =
  (fault: Exclude<Fault, { readonly kind: 'latency' }>): FaultEffect =>
  async (context, handle) => {
    switch (fault.kind) {
      case 'refusal':
        return refusalResponse(fault, context);
      case 'session-limit':
        return sessionLimitResponse(context);
      case 'page':
        return proxyPageResponse(fault);
      case 'redirect':
        return redirectResponse(fault, context);
      case 'disconnect':
        return disconnect(fault, context, handle);
      case 'hang':
        return hang(fault, context, handle);
      case 'truncate':
        return truncate(fault, context, handle);
      case 'malformed':
        return malformedJson(context, handle);
      case 'corrupt':
        return corruptBytes(fault, context, handle);
      case 'range':
        return wrongRange(fault, context, handle);
      case 'certificate':
        return wrongThumbprint(fault, context, handle);
      case 'session-lost':
        return loseSession(fault, context, handle);
      default:
        return verbatimResponse(fault);
    }
  };

/** The file that a request names: as the last part of a link, in its query or in its body; `undefined` if it names none. */
export const requestedFile = async ({ request, url, operation }: RequestContext): Promise<string | undefined> => {
  if (operation === 'data') return decodePercent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  const field = operation === 'content.library.item.File.get' ? 'name' : 'file_name';
  const asked = url.searchParams.get(field);
  if (asked !== null || request.method !== 'POST') return asked ?? undefined;
  // The operation still has to read it.
  const body = parseJson(await request.clone().text());
  if (typeof body !== 'object' || body === null) return undefined;
  const name: unknown = Reflect.get(body, field);
  return typeof name === 'string' ? name : undefined;
};
