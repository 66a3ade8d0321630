/** The faults of ranges. */

import type { RangeFault } from '../options/body-fault.ts';
import { answeredRange } from './byte-range.ts';
import { withDataService, type Answering, type Received } from './received.ts';

/** A range that is not the one that was asked for. */
export const misranged = async ({ how, by = 1 }: RangeFault, received: Received, realAnswer: Answering): Promise<Response> => {
  const asked = received.request.headers.get('range');
  if (asked === null) return realAnswer(received);
  const answerTo = (range: string | undefined): Promise<Response> =>
    realAnswer(withDataService({ ...received, request: ranged(received.request, range) }, { ranges: true }));
  if (how === 'ignored') return answerTo(undefined);
  if (how === 'refused') return answerTo(`bytes=${Number.MAX_SAFE_INTEGER}-`);
  const right = await answerTo(asked);
  const range = answeredRange(right.headers);
  if (range === undefined) return right;
  if (how === 'unnamed') {
    right.headers.delete('content-range');
    return right;
  }
  await right.body?.cancel();
  // At the beginning of the file nothing is earlier.
  const step = range.first - by < 0 ? by : -by;
  const wrong = await answerTo(`bytes=${range.first + step}-${range.last + step}`);
  if (how === 'shifted') wrong.headers.set('content-range', right.headers.get('content-range') ?? '');
  return wrong;
};

const ranged = ({ url, method, headers: given }: Request, range: string | undefined): Request => {
  const headers = new Headers(given);
  headers.delete('if-range');
  if (range === undefined) headers.delete('range');
  else headers.set('range', range);
  return new Request(url, { method, headers });
};
