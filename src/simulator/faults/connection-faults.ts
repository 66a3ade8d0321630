/** The faults that end an answer too soon, or keep it waiting. */

import { type Handle, type RequestContext, withDataService } from '../http/request-context.ts';
import type { DisconnectFault, HangFault, TruncationFault, TruncationShape } from '../options/faults.ts';
import { sleep } from '../state/sleep.ts';
import { interruptBody, type Interruption } from './body-stream.ts';

/** No answer: what was asked for is done before, or not at all. */
export const disconnect = async (
  { ending = 'reset', done = false }: DisconnectFault,
  context: RequestContext,
  handle: Handle,
): Promise<never> => {
  if (done) await (await handle(context)).body?.cancel();
  throw new BrokenConnectionError('before', ending);
};

/** Silence, before the answer or within it. */
export const hang = async ({ at }: HangFault, context: RequestContext, handle: Handle): Promise<Response> => {
  const { vcenter, signal } = context;
  const forEver = (given: AbortSignal | undefined): Promise<void> => sleep(vcenter.clock, Number.POSITIVE_INFINITY, given);
  if (at === undefined) await forEver(signal);
  const { body, length, response } = await measureBody(await handle(context));
  return new Response(
    interruptBody(body, at ?? 0, async (_, cancelled) => {
      await forEver(signal === undefined ? cancelled : AbortSignal.any([signal, cancelled]));
      return false;
    }),
    { status: response.status, headers: framingHeaders(response.headers, length === undefined ? 'chunked' : 'length', length) },
  );
};

/** How each shape says how long the body is, and what ends it. */
const SHAPES: Readonly<Record<TruncationShape, readonly [framing: Framing, end: Interruption]>> = (() => {
  const broken =
    (ending: 'reset' | 'close'): Interruption =>
    (controller) => {
      controller.error(new BrokenConnectionError('within', ending));
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
export const truncate = async ({ shape, at }: TruncationFault, context: RequestContext, handle: Handle): Promise<Response> => {
  const [framing, end] = SHAPES[shape];
  // The length is needed here, whether or not the server would state it.
  const whole = await handle(withDataService(context, { contentLength: true }));
  const { body, length = 0, response } = await measureBody(whole);
  return new Response(interruptBody(body, at ?? Math.floor(length / 2), end), {
    status: response.status === 204 ? 200 : response.status,
    headers: framingHeaders(response.headers, framing, length),
  });
};

type Framing = 'length' | 'chunked' | 'close' | 'reset';

const framingHeaders = (given: Headers, framing: Framing, length: number | undefined): Headers => {
  const headers = new Headers(given);
  headers.delete('content-length');
  headers.delete('transfer-encoding');
  if (framing === 'length') headers.set('content-length', String(length));
  else if (framing === 'chunked') headers.set('transfer-encoding', 'chunked');
  else headers.set('connection', framing);
  return headers;
};

/** An answer whose length is known: the bytes of files state theirs, and everything else is short. */
const measureBody = async (response: Response) => {
  const stated = response.headers.get('content-length') ?? response.headers.get('transfer-encoding');
  if (stated !== null && response.body !== null)
    return { response, body: response.body, length: stated === 'chunked' ? undefined : Number(stated) };
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { response, body: new Response(bytes).body ?? new ReadableStream<Uint8Array<ArrayBuffer>>(), length: bytes.length };
};

/**
 * What Node's own `fetch` says of a connection that breaks. In memory it is thrown as it is; `serve`, which has a real connection, reads
 * from its code what to do to it.
 */
export class BrokenConnectionError extends TypeError {
  /** @param when - Before the answer, or within its body. */
  constructor(when: 'before' | 'within', ending: 'reset' | 'close') {
    const [code, reason] = ending === 'reset' ? ['ECONNRESET', 'read ECONNRESET'] : ['UND_ERR_SOCKET', 'other side closed'];
    super(when === 'before' ? 'fetch failed' : 'terminated', { cause: Object.assign(new Error(reason), { code }) });
  }
}
