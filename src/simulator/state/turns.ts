/** Divides work into turns of the event loop: a page that downloads from the simulator stays responsive. */

/** Bytes that are generated and hashed per turn: some ten milliseconds with the hash functions in JavaScript. */
const BYTES_PER_TURN = 512 * 1024;

/** The turns that all bodies and checksums of a simulator share. */
export interface Turns {
  /** Fulfills when `bytes` more may be processed: at once, or in a later turn. */
  readonly spend: (bytes: number) => Promise<void>;
}

/**
 * Creates turns, none of which has begun. Outside a page there is only one: fake timers would not wait for the next. So it is in jsdom, which
 * has a document but no channels.
 */
export const createTurns = (): Turns => {
  if (!('document' in globalThis && 'MessageChannel' in globalThis)) return { spend: () => Promise.resolve() };
  let spent = 0;
  let next: Promise<void> | undefined;
  const startNext = async (): Promise<void> => {
    await nextTurn();
    spent = 0;
    next = undefined;
  };
  return {
    spend: async (bytes) => {
      while (spent >= BYTES_PER_TURN) await (next ??= startNext());
      spent += bytes;
    },
  };
};

/** Fulfills in the next turn. Timers would wait for at least 4 ms in browsers, and forever under fake timers. */
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
