/** Decodes bodies that are encoded although `identity` was requested, as by a proxy that compresses every response. */

import { TransportError } from '../errors/index.ts';
import { UNKNOWN_ENCODING_CODE } from '../errors/transport-error.ts';
import { cancelBody } from './read-text.ts';

/** Returns the codings of a body, in the order in which they were applied; none if the bytes are those of the resource. */
export const codingsOf = (headers: Headers): readonly string[] =>
  (headers.get('content-encoding') ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim().replace(/^x-/, ''))
    .filter((coding) => coding !== '' && coding !== 'identity');

interface Coding {
  /** Name of the format for `DecompressionStream`. */
  readonly format: string;
  /** True if every `fetch` of a platform decodes it. */
  readonly isStandard: boolean;
  /** Returns true if a body with these first bytes may be encoded. */
  readonly mayStartWith: (first: number, second: number) => boolean;
}

const CODINGS: Readonly<Record<string, Coding>> = {
  gzip: { format: 'gzip', isStandard: true, mayStartWith: (first, second) => first === 0x1f && second === 0x8b },
  // RFC 1950: the method 8, and a check of the first two bytes.
  deflate: {
    format: 'deflate',
    isStandard: true,
    mayStartWith: (first, second) => (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0,
  },
  br: { format: 'brotli', isStandard: true, mayStartWith: () => true },
  zstd: { format: 'zstd', isStandard: false, mayStartWith: (first, second) => first === 0x28 && second === 0xb5 },
};

interface NamedRequest {
  readonly operation: string;
  /** Host and port. */
  readonly host: string;
}

/**
 * Returns a response whose body is decoded. Its headers are unchanged: they describe the encoded body, as they do after the platform has
 * decoded it. The body of a 206 is not decoded, because a part of an encoded body cannot be.
 *
 * @param request - Names the request and its server in the error.
 * @throws TransportError that names the coding, if it cannot be decoded.
 */
export const decodeContent = async (request: NamedRequest, response: Response): Promise<Response> => {
  const names = codingsOf(response.headers);
  if (names.length === 0 || response.body === null || response.status === 206) return response;
  const codings = names.map((name) => CODINGS[name]).filter((coding) => coding !== undefined);
  const last = codings.at(-1);
  // A response that was constructed has not passed through the decoder of a platform.
  const isConstructed = response.type === 'default';
  if (last === undefined || codings.length < names.length) throw refuse(request, response, response.body);
  if (!isConstructed && codings.every(({ isStandard }) => isStandard)) return response;
  const { firstBytes, body } = await peek(response.body);
  const [first = 0, second = 0] = firstBytes;
  const decoders = codings.map(createDecoder);
  const { status, headers } = response;
  if (!last.mayStartWith(first, second)) return new Response(body, { status, headers });
  if (!isConstructed || decoders.includes(undefined)) throw refuse(request, response, body);
  const decoded = decoders.reduceRight(
    (encoded, decoder) => (decoder === undefined ? encoded : encoded.pipeThrough(decoder)),
    body,
  );
  return new Response(decoded, { status, headers });
};

type Bytes = Uint8Array<ArrayBuffer>;

const createDecoder = ({ format }: Coding): ReadableWritablePair<Bytes, Bytes> | undefined => {
  try {
    return new DecompressionStream(format as CompressionFormat);
  } catch {
    return undefined;
  }
};

/** Reads the first two bytes of a body. Returns them, and a body that has them still. */
const peek = async (source: ReadableStream<Bytes>): Promise<{ firstBytes: readonly number[]; body: ReadableStream<Bytes> }> => {
  const reader = source.getReader();
  const chunks: Bytes[] = [];
  const firstBytes: number[] = [];
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    chunks.push(read.value);
    firstBytes.push(...read.value.subarray(0, 2));
    if (firstBytes.length >= 2) break;
  }
  const body = new ReadableStream<Bytes>({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
    },
    pull: async (controller) => {
      const read = await reader.read();
      if (read.done) controller.close();
      else controller.enqueue(read.value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { firstBytes, body };
};

const refuse = (
  { operation, host }: NamedRequest,
  { status, headers }: Response,
  body: ReadableStream<Bytes>,
): TransportError => {
  cancelBody(body);
  const coding = JSON.stringify(headers.get('content-encoding'));
  return new TransportError({
    operation,
    reason: `the response of ${host} (HTTP ${status}) has the content encoding ${coding}, which was not requested and cannot be decoded`,
    code: UNKNOWN_ENCODING_CODE,
    host,
  });
};
