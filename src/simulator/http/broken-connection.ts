/** A connection that breaks, as the client sees it. */

/**
 * What Node's own `fetch` says of a connection that breaks. In memory it is thrown as it is; `serve`, which has a real connection, reads
 * from its code what to do to it.
 */
export class BrokenConnection extends TypeError {
  /** @param when - Before the answer, or within its body. */
  constructor(when: 'before' | 'within', ending: 'reset' | 'close') {
    const [code, reason] = ending === 'reset' ? ['ECONNRESET', 'read ECONNRESET'] : ['UND_ERR_SOCKET', 'other side closed'];
    super(when === 'before' ? 'fetch failed' : 'terminated', { cause: Object.assign(new Error(reason), { code }) });
  }
}
