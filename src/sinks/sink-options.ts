/** The options that the sinks of the web platform share. */

import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import type { Sink } from '../transfer/sink.ts';

/** Options of a sink of the web platform. */
export interface SinkOptions {
  /**
   * Creates a running checksum, which the web platform cannot compute of a stream.
   * @default none: only lengths are verified
   */
  readonly createHash?: Sink['createHash'] | undefined;
}

/** The names of {@link SinkOptions}. */
export const SINK_OPTIONS: OptionNames<SinkOptions> = { createHash: true };

/**
 * Returns the part of a sink that the options state.
 *
 * @throws TypeError if an option is unknown.
 */
export const sinkOptions = (options: SinkOptions): Pick<Sink, 'createHash'> => {
  assertKnownOptions(options, SINK_OPTIONS);
  return options.createHash === undefined ? {} : { createHash: options.createHash };
};
