/** The rest of a file over several connections, as one stream of its bytes in their order. */

import type { Observable } from 'rxjs';
import { partAhead, type PartAhead } from './part-ahead.ts';
import type { Ended, Lane, PartsPlan } from './parts.ts';

/** Which bytes, and how they are had. */
export interface InParts {
  /** The first byte, counted from the first one of the file. */
  readonly from: number;
  /** The length of the file. */
  readonly total: number;
  /** Asks for the bytes from one on up to another, that one excluded; errors if others are answered. */
  readonly open: (from: number, to: number) => Observable<ReadableStream<Uint8Array>>;
  readonly plan: PartsPlan;
  readonly lane: Lane;
  /** Told what a part failed with. */
  readonly onFailure: (thrown: unknown) => void;
}

/** Bytes that are handed over at once: a promise for every piece would cost more than the piece. */
const atOnce = 256 * 1024;

/**
 * Bytes in their order, each of them as soon as it is there.
 *
 * It closes after the last byte, and never errors: where a part does not come, or no second connection is free any more, it closes after
 * the good bytes before that, so that whoever reads it can go on over a single one. Cancelling it cancels all parts.
 */
export const inParts = ({ from, total, open, plan, lane, onFailure }: InParts): ReadableStream<Uint8Array> => {
  const ahead: PartAhead[] = [];
  let next = from;
  let isOwnTaken = false;
  /** How many connections are in use. */
  let used = 0;
  let isEnding = false;

  const connection = (): Ended | undefined => {
    const borrowed = lane.borrow();
    // Alone, one part after the other would be slower than the whole rest at once.
    if (borrowed !== undefined || isOwnTaken || used === 0) return borrowed;
    isOwnTaken = true;
    const ended = lane.begin();
    return (wentWell) => {
      isOwnTaken = false;
      ended(wentWell);
    };
  };

  const fill = (): void => {
    while (!isEnding && next < total) {
      const length = plan.lengthOf(total - next);
      if (!plan.hold(length)) return;
      const ended = connection();
      if (ended === undefined) return plan.free(length);
      used += 1;
      const at = next;
      next += length;
      ahead.push(
        partAhead({
          length,
          body$: open(at, at + length),
          onFreed: plan.free,
          onEnd: (isWhole, thrown) => {
            const isFailure = !isWhole && !isEnding;
            // What is behind a hole is of no use.
            isEnding ||= isFailure;
            used -= 1;
            ended(isWhole);
            if (isFailure) onFailure(thrown);
            fill();
          },
        }),
      );
    }
  };

  const leave = (): void => {
    isEnding = true;
    for (const part of ahead.splice(0)) part.drop();
  };

  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    fill();
    let given = 0;
    for (let part = ahead[0]; part !== undefined && given < atOnce; part = ahead[0]) {
      const bytes = part.take();
      if (bytes !== undefined) {
        controller.enqueue(bytes);
        given += bytes.byteLength;
      } else if (part.state() === 'broken') leave();
      else if (part.state() === 'whole') {
        ahead.shift();
        fill();
      } else if (given > 0) return;
      else await part.change();
    }
    if (ahead.length === 0 && given === 0 && !isCancelled) controller.close();
  };

  let isCancelled = false;
  return new ReadableStream<Uint8Array>(
    {
      pull,
      cancel: () => {
        isCancelled = true;
        leave();
      },
    },
    { highWaterMark: 0 },
  );
};
