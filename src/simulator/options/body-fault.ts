/** Faults of an answer's contents: it comes whole, and is wrong. */

/** Any fault of an answer's contents. */
export type BodyFault = MalformedFault | CorruptFault | RangeFault | CertificateFault;

/** The first half of the real answer as if it were all of it: JSON that ends in the middle. */
export interface MalformedFault {
  readonly kind: 'malformed';
}

/** Bytes that are not those of the file. */
export interface CorruptFault {
  readonly kind: 'corrupt';
  /** Where they begin: bytes from the beginning of the file, also where only a range of it was asked for. */
  readonly at: number;
  /**
   * How many bytes are wrong.
   *
   * @default 1
   */
  readonly length?: number;
}

/** A range that is not the one that was asked for. Requests without a range are left alone. */
export interface RangeFault {
  readonly kind: 'range';
  /**
   * - `ignored`: 200, and the whole file, as from a server that knows no ranges.
   * - `other`: 206 with other bytes, which the `Content-Range` admits.
   * - `shifted`: 206 with other bytes under the `Content-Range` that was asked for.
   * - `unnamed`: 206 with the right bytes, without a `Content-Range`.
   * - `refused`: 416.
   */
  readonly how: 'ignored' | 'other' | 'shifted' | 'unnamed' | 'refused';
  /**
   * With `other` and `shifted`: how many bytes too early the range begins, or too late if negative.
   *
   * @default 1
   */
  readonly by?: number;
}

/** Endpoints that state the thumbprint of another certificate than the one that is shown. */
export interface CertificateFault {
  readonly kind: 'certificate';
  /**
   * What they state: the SHA-1 in hexadecimal.
   *
   * @default twenty bytes that are no certificate's
   */
  readonly thumbprint?: string;
}
