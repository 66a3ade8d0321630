/** The little of XML that the SOAP calls of a login need: it reads what clients write, not whatever XML allows. */

/** The name of the first element in the body of a SOAP envelope, which is the operation. */
export const operationIn = (envelope: string): string | undefined =>
  /<(?:[\w-]+:)?Body\b[^>]*>\s*<(?:[\w-]+:)?(\w+)/.exec(envelope)?.[1];

/** The text of the first element of a name. */
export const elementText = (envelope: string, name: string): string | undefined => {
  const text = new RegExp(`<(?:[\\w-]+:)?${name}\\b[^>]*>([^<]*)</`).exec(envelope)?.[1];
  return text?.replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, character);
};

/** The attribute `type` of the first element of a name. */
export const elementType = (envelope: string, name: string): string | undefined =>
  new RegExp(`<(?:[\\w-]+:)?${name}\\b[^>]*\\btype="(\\w+)"`).exec(envelope)?.[1];

/** A text as it may stand between tags and in attributes. */
export const escaped = (text: string): string => text.replaceAll(/[<>&"']/g, (found) => `&#${found.charCodeAt(0)};`);

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const character = (
  written: string,
  hexadecimal: string | undefined,
  decimal: string | undefined,
  name: string | undefined,
): string => {
  if (name !== undefined) return named[name] ?? written;
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  return code > 0x10ffff ? written : String.fromCodePoint(code);
};
