/** Which requests a fault meets. */

/** Which requests a fault meets: those of which everything is true that is said here. */
export interface FaultTarget {
  /**
   * VMware's name of the operation, such as `content.Library.list`; `data` for the bytes of files; `soap`; `unknown` for what is no operation;
   * `*` for every request. A simulator refuses to start with a name it does not know.
   */
  readonly operation: string;
  /**
   * Only requests that name this file: for its bytes, its preparation or its state. A list of files names none.
   *
   * @default whatever they name
   */
  readonly file?: string;
  /**
   * Milliseconds after the simulator's start, by its clock, from which on the fault is there.
   *
   * @default 0
   */
  readonly from?: number;
  /**
   * Milliseconds after the simulator's start, by its clock, at which the fault is over.
   *
   * @default never
   */
  readonly until?: number;
  /**
   * How many requests pass first of those that fit all of the above, whoever answers them.
   *
   * @default 0
   */
  readonly after?: number;
  /**
   * How many requests the fault meets.
   *
   * @default all of them
   */
  readonly times?: number;
  /**
   * How probable it is that a request is met, from 0 to 1. It is drawn from the seed: the same requests meet the same faults again.
   *
   * @default 1
   */
  readonly chance?: number;
}
