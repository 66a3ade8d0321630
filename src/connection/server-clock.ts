/** What time it is where vCenter is: every answer says when it was made. */

/** A clock that is set by answers. */
export interface ServerClock {
  /** Reads the `Date` of an answer. A page of another origin is not shown it, unless the server allows that. */
  readonly observe: (headers: Headers) => void;
  /** When the last answer was made, in milliseconds since 1970; `undefined` if none has told. */
  readonly last: () => number | undefined;
}

/** An answer tells whole seconds. To take the later end makes a lease look shorter than it is, never longer. */
const second = 1000;

/** Starts with not knowing. */
export const serverClock = (): ServerClock => {
  let last: number | undefined;
  return {
    observe: (headers) => {
      const date = Date.parse(headers.get('date') ?? '');
      if (!Number.isNaN(date)) last = date + second;
    },
    last: () => last,
  };
};
