/** What a browser does with the server: headers of every request, and server-sent events. */

import { applyChanges, type ExportChanges, type ExportsState } from '../../shared/exports.ts';

/** Returns a `fetch` that sends these headers, as the browser adds them to the requests of a page. */
export const changeHeaders =
  (headers: Readonly<Record<string, string>>): typeof globalThis.fetch =>
  (input, init) => {
    const request = new Request(input, init);
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
    return fetch(request);
  };

/** One event. */
export interface ReceivedEvent {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

/** Events as they arrive, and the state that they lead to. */
export interface Events {
  readonly response: Response;
  readonly events: readonly ReceivedEvent[];
  /** Resolves with the first state that fulfils the condition. */
  readonly until: (condition: (state: ExportsState) => boolean) => Promise<ExportsState>;
  /** Resolves when the server has ended the response. */
  readonly ended: Promise<void>;
  readonly close: () => Promise<void>;
}

/** Connects as an `EventSource` does, but once. */
export const readEvents = async (url: string, headers: Readonly<Record<string, string>>): Promise<Events> => {
  const controller = new AbortController();
  const response = await fetch(url, { headers, signal: controller.signal });
  const events: ReceivedEvent[] = [];
  let state: ExportsState | undefined;
  const waiting = new Set<() => void>();
  const receive = (block: string): void => {
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
    if (field('event') === '') return;
    const data: unknown = JSON.parse(field('data'));
    events.push({ event: field('event'), id: field('id'), data });
    const isWhole = field('event') === 'state' || state === undefined;
    state = isWhole || state === undefined ? (data as ExportsState) : applyChanges(state, data as ExportChanges);
    for (const check of [...waiting]) check();
  };
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      blocks.forEach(receive);
    }
  };
  const ended = read().catch(() => undefined);
  return {
    response,
    events,
    ended,
    until: (condition) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (state === undefined || !condition(state)) return;
          waiting.delete(check);
          resolve(state);
        };
        waiting.add(check);
        check();
      }),
    close: async () => {
      controller.abort();
      await ended;
    },
  };
};
