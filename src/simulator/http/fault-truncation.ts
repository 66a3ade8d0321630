/** The faults that end an answer too soon, or keep it waiting. */

import type { DisconnectFault, HangFault, TruncationFault, TruncationShape } from '../options/connection-fault.ts';
import { wait } from '../state/waiting.ts';
import { interrupted, type Interruption } from './body-stream.ts';
import { BrokenConnection } from './broken-connection.ts';
import { withDataService, type Answering, type Received } from './received.ts';

/** No answer: what was asked for is done before, or not at all. */
export const disconnected = async (
  { ending = 'reset', done = false }: DisconnectFault,
  received: Received,
  realAnswer: Answering,
): Promise<never> => {
  if (done) await (await realAnswer(received)).body?.cancel();
  throw new BrokenConnection('before', ending);
};

/** Silence, before the answer or within it. */
export const hanging = async ({ at }: HangFault, received: Received, realAnswer: Answering): Promise<Response> => {
  const { vcenter, signal } = received;
  const forEver = (given: AbortSignal | undefined): Promise<void> => wait(vcenter.clock, Number.POSITIVE_INFINITY, given);
  if (at === undefined) await forEver(signal);
  const { body, length, response } = await measured(await realAnswer(received));
  return new Response(
    interrupted(body, at ?? 0, async (_, cancelled) => {
      await forEver(signal === undefined ? cancelled : AbortSignal.any([signal, cancelled]));
      return false;
    }),
    { status: response.status, headers: framed(response.headers, length === undefined ? 'chunked' : 'length', length) },
  );
};

/** How each shape says how long the body is, and what ends it. */
const shapes: Readonly<Record<TruncationShape, readonly [framing: Framing, end: Interruption]>> = (() => {
  const broken =
    (ending: 'reset' | 'close'): Interruption =>
    (controller) => {
      controller.error(new BrokenConnection('within', ending));
      return false;
    };
  const complete: Interruption = (controller) => {
    controller.close();
    return false;
  };
  return {
    'length-close': ['length', broken('close')],
    'length-reset': ['length', broken('reset')],
    'chunked-close': ['chunked', broken('close')],
    'chunked-complete': ['chunked', complete],
    close: ['close', complete],
    reset: ['reset', complete],
  };
})();

/** The first bytes of the answer, and an end that is none. */
export const truncated = async ({ shape, at }: TruncationFault, received: Received, realAnswer: Answering): Promise<Response> => {
  const [framing, end] = shapes[shape];
  // The length is needed here, whether or not the server would state it.
  const whole = await realAnswer(withDataService(received, { contentLength: true }));
  const { body, length = 0, response } = await measured(whole);
  return new Response(interrupted(body, at ?? Math.floor(length / 2), end), {
    status: response.status === 204 ? 200 : response.status,
    headers: framed(response.headers, framing, length),
  });
};

type Framing = 'length' | 'chunked' | 'close' | 'reset';

const framed = (given: Headers, framing: Framing, length: number | undefined): Headers => {
  const headers = new Headers(given);
  headers.delete('content-length');
  headers.delete('transfer-encoding');
  if (framing === 'length') headers.set('content-length', String(length));
  else if (framing === 'chunked') headers.set('transfer-encoding', 'chunked');
  else headers.set('connection', framing);
  return headers;
};

/** An answer whose length is known: the bytes of files state theirs, and everything else is short. */
const measured = async (response: Response) => {
  const stated = response.headers.get('content-length') ?? response.headers.get('transfer-encoding');
  if (stated !== null && response.body !== null)
    return { response, body: response.body, length: stated === 'chunked' ? undefined : Number(stated) };
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { response, body: new Response(bytes).body ?? new ReadableStream<Uint8Array<ArrayBuffer>>(), length: bytes.length };
};
