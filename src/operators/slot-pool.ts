/** Slots that several operators share, so that all their tasks together stay below one limit. */

/** An operator whose tasks run in shared slots. */
export interface SlotUser {
  /** Returns true if a value is waiting for a slot. */
  readonly isWaiting: () => boolean;
  /** Starts waiting values. Called when a slot is free. */
  readonly drain: () => void;
}

/** Slots with a common limit. */
export interface SlotPool {
  /** Adds an operator; returns the function that removes it. Operators that were added first get free slots first. */
  readonly add: (user: SlotUser) => () => void;
  /** Takes a free slot; returns false if there is none. */
  readonly take: () => boolean;
  /** Takes a free slot if no value of any operator is waiting for one; returns false otherwise. */
  readonly takeExtra: () => boolean;
  /** Returns true if {@link SlotPool.takeExtra} would take a slot. */
  readonly hasExtra: () => boolean;
  /** Returns a slot, and lets the operators start waiting values. */
  readonly release: () => void;
}

/**
 * Creates slots that are all free.
 *
 * @param size - Number of slots.
 */
export const createSlotPool = (size: number): SlotPool => {
  const users = new Set<SlotUser>();
  let taken = 0;
  const hasExtra = (): boolean => taken < size && ![...users].some((user) => user.isWaiting());
  const takeIf = (isAllowed: boolean): boolean => {
    if (isAllowed) taken += 1;
    return isAllowed;
  };
  return {
    add: (user) => {
      users.add(user);
      return () => users.delete(user);
    },
    take: () => takeIf(taken < size),
    takeExtra: () => takeIf(hasExtra()),
    hasExtra,
    release: () => {
      taken -= 1;
      for (const user of users) user.drain();
    },
  };
};
