/** The poll options of a connection that does not poll. */

import { internalsOf, type VCenter } from '../connection/vcenter.ts';

/** Returns the options, without a next poll if the connection does not poll. */
export const pollOptionsFor = <Options extends { readonly period?: unknown }>(vc: VCenter, options: Options): Options =>
  internalsOf(vc).isPolling ? options : { ...options, period: Infinity };
