/** A file whose status did not change. */
export interface UnchangedStatus {
  readonly file: string;
  readonly status: string;
}

/** A speed that was too low. */
export interface MeasuredSpeed {
  /** Number of bytes received within the time. */
  readonly received: number;
  readonly bytesPerSecond: number;
  /** The minimum, in bytes per second. */
  readonly minimum: number;
}

/** No response, no data and no change within the time allowed, or too little data. */
export class TimeoutError extends Error {
  readonly _tag = 'TimeoutError';
  override readonly name = 'TimeoutError';
  readonly operation: string;
  /** The time allowed, in milliseconds. */
  readonly timeout: number;
  /** The files whose status was waited for. Empty if it was not a status. */
  readonly unchanged: readonly UnchangedStatus[];
  /** The speed, if data was received, but too slowly. */
  readonly speed: MeasuredSpeed | undefined;
  /** Host and port of the server, if known. */
  readonly host: string | undefined;
  constructor(facts: {
    operation: string;
    timeout: number;
    unchanged?: readonly UnchangedStatus[];
    speed?: MeasuredSpeed | undefined;
    host?: string | undefined;
  }) {
    const { operation, timeout, unchanged = [], speed, host } = facts;
    super(`${operation}: ${speed === undefined ? describeWait(timeout, unchanged, host) : describeSpeed(timeout, speed)}`);
    this.operation = operation;
    this.timeout = timeout;
    this.unchanged = unchanged;
    this.speed = speed;
    this.host = host;
  }
}

const describeWait = (timeout: number, unchanged: readonly UnchangedStatus[], host = 'the server'): string =>
  unchanged.length === 0
    ? `no data from ${host} for ${toSeconds(timeout)}. Try again, or allow more time.`
    : `no change for ${toSeconds(timeout)}: ${describeStatuses(unchanged)}. Check the item in the vSphere Client, or allow more time.`;

const describeSpeed = (timeout: number, { received, bytesPerSecond, minimum }: MeasuredSpeed): string =>
  `received ${received} bytes in ${toSeconds(timeout)}, ${Number(bytesPerSecond.toFixed(1))} bytes/s; ` +
  `the minimum is ${minimum} bytes/s. Try again, or allow a lower speed.`;

/** Files that a message names at most. */
const MAX_NAMED = 3;

const describeStatuses = (unchanged: readonly UnchangedStatus[]): string => {
  const named = unchanged.slice(0, MAX_NAMED).map(({ file, status }) => `${JSON.stringify(file)} is still ${status}`);
  const others = unchanged.length - named.length;
  return named.join(', ') + (others === 0 ? '' : `, and ${others} more`);
};

/** Formats milliseconds for a message, e.g. `1.5 s`. */
export const toSeconds = (milliseconds: number): string => `${Number((milliseconds / 1000).toFixed(1))} s`;
