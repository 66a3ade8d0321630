/** Answers that a scenario gives instead of the real ones. */

import type { Fault } from '../options/scenario.ts';

/** Notes a request for an operation, and tells what it is answered with if not with the real answer. */
export type Faults = (operation: string) => Response | undefined;

/** Starts with no request counted. */
export const faults = (planned: readonly Fault[]): Faults => {
  const counted = planned.map((fault) => ({ fault, requests: 0, answers: 0 }));
  return (operation) => {
    const fitting = counted.filter(({ fault }) => fault.operation === '*' || fault.operation === operation);
    for (const entry of fitting) entry.requests += 1;
    const answering = fitting.find(
      ({ fault, requests, answers }) => requests > (fault.after ?? 0) && answers < (fault.times ?? Number.POSITIVE_INFINITY),
    );
    if (answering === undefined) return undefined;
    answering.answers += 1;
    return verbatim(answering.fault);
  };
};

const verbatim = ({ status = 500, contentType = 'application/json', body }: Fault): Response =>
  // Some statuses, such as 204, allow no body, not even an empty one.
  new Response(body === '' ? null : body, { status, headers: { 'content-type': contentType } });
