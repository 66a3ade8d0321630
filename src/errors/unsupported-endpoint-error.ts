/** The file's endpoint cannot be fetched over HTTP: `ds:`, `file:`. */
export class UnsupportedEndpointError extends Error {
  readonly _tag = 'UnsupportedEndpointError';
  override readonly name = 'UnsupportedEndpointError';
  readonly file: string;
  /** The scheme of the endpoint's URI, e.g. `ds:`. */
  readonly scheme: string;
  constructor(facts: { file: string; scheme: string }) {
    super(
      `${JSON.stringify(facts.file)} has a ${facts.scheme} address, which cannot be fetched over HTTP. ` +
        'Prepare it with the HTTPS endpoint type.',
    );
    this.file = facts.file;
    this.scheme = facts.scheme;
  }
}
