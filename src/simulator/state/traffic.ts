/** How much was served. */

/** How much a simulated vCenter has served since it was started. */
export interface Traffic {
  /** Of files, whoever took them. */
  bytes: number;
}
