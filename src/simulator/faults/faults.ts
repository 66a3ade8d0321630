/** Applies the scenario's faults to requests. */

import { decodePercent, parseJson } from '../http/decode.ts';
import type { FaultEffect, RequestContext } from '../http/request-context.ts';
import type { Fault } from '../options/faults.ts';
import { seededRandom } from '../state/seeded-random.ts';
import { sleep } from '../state/sleep.ts';
import { corruptBytes, malformedJson, wrongRange, wrongThumbprint } from './body-faults.ts';
import { disconnect, hang, truncate } from './connection-faults.ts';
import { appliesTo, checkTargets } from './fault-targets.ts';
import {
  proxyPageResponse,
  redirectResponse,
  refusalResponse,
  sessionLimitResponse,
  verbatimResponse,
} from './response-faults.ts';
import { loseSession } from './session-faults.ts';

/** A fault with its counters. */
interface FaultState {
  readonly fault: Fault;
  /** Returns numbers from 0 to 1. */
  readonly random: () => number;
  /** Number of requests that matched. */
  requests: number;
  /** Number of requests that the fault was applied to. */
  applied: number;
}

/**
 * Creates the effect of all faults of a scenario, with its counters at 0.
 *
 * @throws RangeError if a fault would never apply: its operation is unknown, or has no body that the kind changes.
 */
export const createFaults = (faults: readonly Fault[], seed: number): FaultEffect => {
  checkTargets(faults);
  const states = faults.map((fault, index): FaultState => ({
    fault,
    random: seededRandom(seed, index),
    requests: 0,
    applied: 0,
  }));
  return async (context, handle) => {
    const candidates = states.filter(({ fault }) => appliesTo(fault, context.operation));
    if (candidates.length === 0) return handle(context);
    const file = candidates.some(({ fault }) => fault.file !== undefined) ? await requestedFile(context) : undefined;
    const matching = candidates.filter(
      ({ fault }) => (fault.file === undefined || fault.file === file) && isInTime(fault, context),
    );
    for (const state of matching) state.requests += 1;
    let delay = 0;
    let effect: FaultEffect | undefined;
    for (const state of matching) {
      const { fault, random } = state;
      if ((fault.kind !== 'latency' && effect !== undefined) || !isDue(state)) continue;
      state.applied += 1;
      if (fault.kind !== 'latency') effect = effectOf(fault);
      else if (typeof fault.milliseconds === 'number') delay += fault.milliseconds;
      else delay += fault.milliseconds[0] + random() * (fault.milliseconds[1] - fault.milliseconds[0]);
    }
    await sleep(context.vcenter.clock, delay, context.signal);
    return effect === undefined ? handle(context) : effect(context, handle);
  };
};

const isInTime = ({ from = 0, until = Number.POSITIVE_INFINITY }: Fault, { vcenter }: RequestContext): boolean => {
  const elapsed = vcenter.clock.now() - vcenter.startedAt;
  return elapsed >= from && elapsed < until;
};

const isDue = ({ fault, random, requests, applied }: FaultState): boolean =>
  requests > (fault.after ?? 0) &&
  applied < (fault.times ?? Number.POSITIVE_INFINITY) &&
  (fault.chance === undefined || random() < fault.chance);

/** Returns the file that a request names: as the last segment of a data link, in its query or in its body. */
const requestedFile = async ({ request, url, operation }: RequestContext): Promise<string | undefined> => {
  if (operation === 'data') return decodePercent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  const field = operation === 'content.library.item.File.get' ? 'name' : 'file_name';
  const parameter = url.searchParams.get(field);
  if (parameter !== null || request.method !== 'POST') return parameter ?? undefined;
  // The operation reads the original body.
  const body = parseJson(await request.clone().text());
  if (typeof body !== 'object' || body === null) return undefined;
  const name: unknown = Reflect.get(body, field);
  return typeof name === 'string' ? name : undefined;
};

const effectOf =
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
