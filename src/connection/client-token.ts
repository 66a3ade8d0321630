/** A name of its own for one creation, by which the server knows a repetition of it. */

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

/** A random UUID. (`crypto.randomUUID` is not there on pages that came over plain HTTP.) */
export const createClientToken = (): string => {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))].map((byte, index) => {
    if (index === 6) return (byte & 0x0f) | 0x40;
    return index === 8 ? (byte & 0x3f) | 0x80 : byte;
  });
  return bytes
    .map(hex)
    .join('')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};
