/** Replaces the timers and the clock of a program, so that its time passes only when it is advanced. */

interface Timer {
  readonly callback: (...args: unknown[]) => void;
  readonly args: readonly unknown[];
  /** Milliseconds. */
  readonly delay: number;
  readonly isRepeating: boolean;
  due: number;
  hasRef: boolean;
}

export interface VirtualTime {
  /** Milliseconds since the start. */
  readonly now: () => number;
  /** Runs the timers that are due next; returns false if no pending timer keeps the program alive. */
  readonly advance: () => boolean;
}

/** From then on, a pending timer keeps the program alive exactly where the platform's would. */
export const installVirtualTime = (): VirtualTime => {
  const epoch = Date.now();
  const { setInterval, clearInterval } = globalThis;
  const pending = new Set<Timer>();
  let now = 0;
  let alive: NodeJS.Timeout | undefined;

  const hasPending = (): boolean => [...pending].some(({ hasRef }) => hasRef);
  const update = (): void => {
    if (hasPending()) alive ??= setInterval(() => undefined, 2 ** 31 - 1);
    else {
      clearInterval(alive);
      alive = undefined;
    }
  };
  const start =
    (isRepeating: boolean) =>
    (callback: Timer['callback'], delay?: number, ...args: unknown[]) => {
      const timer: Timer = { callback, args, delay: Math.max(1, Math.trunc(delay ?? 1)), isRepeating, due: 0, hasRef: true };
      const schedule = (): void => {
        timer.due = now + timer.delay;
        pending.add(timer);
        update();
      };
      const setRef = (hasRef: boolean): void => {
        timer.hasRef = hasRef;
        update();
      };
      const handle = {
        timer,
        hasRef: () => timer.hasRef,
        ref: () => (setRef(true), handle),
        unref: () => (setRef(false), handle),
        refresh: () => (schedule(), handle),
      };
      schedule();
      return handle;
    };
  const stop = (handle?: { readonly timer: Timer }): void => {
    if (handle !== undefined) pending.delete(handle.timer);
    update();
  };
  Object.assign(globalThis, { setTimeout: start(false), setInterval: start(true), clearTimeout: stop, clearInterval: stop });
  Date.now = () => epoch + now;

  const advance = (): boolean => {
    if (!hasPending()) return false;
    now = Math.min(...[...pending].map(({ due }) => due));
    for (const timer of [...pending].filter(({ due }) => due === now)) {
      // An earlier one may have cleared it.
      if (!pending.delete(timer)) continue;
      if (timer.isRepeating) {
        timer.due = now + timer.delay;
        pending.add(timer);
      }
      timer.callback(...timer.args);
    }
    update();
    return true;
  };
  return { now: () => now, advance };
};
