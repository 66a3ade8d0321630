/** Faults of the connection: no response, a response that hangs, and a response that ends too early. */

import { withDataService, type Handle, type RequestContext } from '../http/request-context.ts';
import type { DisconnectFault, HangFault, TruncationFault, TruncationShape } from '../options/faults.ts';
import { sleep } from '../state/sleep.ts';
import { interruptBody, type Interruption } from './body-stream.ts';

/**
 * The error of Node's own `fetch` for a broken connection. In memory it is thrown as it is; `serve` reads its code to break the real
 * connection in the same way.
 */
export class BrokenConnectionError extends TypeError {
  /** @param when - Before the response, or within its body. */
  constructor(when: 'before' | 'within', ending: 'reset' | 'close') {
    const [code, reason] = ending === 'reset' ? ['ECONNRESET', 'read ECONNRESET'] : ['UND_ERR_SOCKET', 'other side closed'];
    super(when === 'before' ? 'fetch failed' : 'terminated', { cause: Object.assign(new Error(reason), { code }) });
  }
}

/** Breaks the connection before a response, with or without executing the operation. */
export const disconnect = async (
  { ending = 'reset', done = false }: DisconnectFault,
  context: RequestContext,
  handle: Handle,
): Promise<never> => {
  if (done) await (await handle(context)).body?.cancel();
  throw new BrokenConnectionError('before', ending);
};

/** Stops responding, before the response or within its body. */
export const hang = async ({ at }: HangFault, context: RequestContext, handle: Handle): Promise<Response> => {
  const { vcenter, signal } = context;
  const sleepUntilAborted = (abortSignal: AbortSignal | undefined): Promise<void> =>
    sleep(vcenter.clock, Number.POSITIVE_INFINITY, abortSignal);
  if (at === undefined) await sleepUntilAborted(signal);
  const { body, length, response } = await measureBody(await handle(context));
  return new Response(
    interruptBody(body, at ?? 0, async (_, canceled) => {
      await sleepUntilAborted(signal === undefined ? canceled : AbortSignal.any([signal, canceled]));
      return false;
    }),
    {
      status: response.status,
      headers: framingHeaders(response.headers, length === undefined ? 'chunked' : 'length', length),
    },
  );
};

/** Framing of the body and its end, by shape. */
const SHAPES: Readonly<Record<TruncationShape, readonly [framing: Framing, end: Interruption]>> = (() => {
  const breakConnection =
    (ending: 'reset' | 'close'): Interruption =>
    (controller) => {
      controller.error(new BrokenConnectionError('within', ending));
      return false;
    };
  const close: Interruption = (controller) => {
    controller.close();
    return false;
  };
  return {
    'length-close': ['length', breakConnection('close')],
    'length-reset': ['length', breakConnection('reset')],
    'chunked-close': ['chunked', breakConnection('close')],
    'chunked-complete': ['chunked', close],
    close: ['close', close],
    reset: ['reset', close],
  };
})();

/** Sends the first bytes of the body and ends it too early. */
export const truncate = async ({ shape, at }: TruncationFault, context: RequestContext, handle: Handle): Promise<Response> => {
  const [framing, end] = SHAPES[shape];
  // The length is needed here, even if the data service does not send it.
  const complete = await handle(withDataService(context, { contentLength: true }));
  const { body, length = 0, response } = await measureBody(complete);
  return new Response(interruptBody(body, at ?? Math.floor(length / 2), end), {
    status: response.status === 204 ? 200 : response.status,
    headers: framingHeaders(response.headers, framing, length),
  });
};

type Framing = 'length' | 'chunked' | 'close' | 'reset';

const framingHeaders = (original: Headers, framing: Framing, length: number | undefined): Headers => {
  const headers = new Headers(original);
  headers.delete('content-length');
  headers.delete('transfer-encoding');
  if (framing === 'length') headers.set('content-length', String(length));
  else if (framing === 'chunked') headers.set('transfer-encoding', 'chunked');
  else headers.set('connection', framing);
  return headers;
};

/** Determines the length of a body: file data declares it, all other bodies are short enough to be read. */
const measureBody = async (response: Response) => {
  const declared = response.headers.get('content-length') ?? response.headers.get('transfer-encoding');
  if (declared !== null && response.body !== null)
    return { response, body: response.body, length: declared === 'chunked' ? undefined : Number(declared) };
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { response, body: new Response(bytes).body ?? new ReadableStream<Uint8Array<ArrayBuffer>>(), length: bytes.length };
};
