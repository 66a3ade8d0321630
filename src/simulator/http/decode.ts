/** Tolerant decoding of client input. */

/** Decodes percent-encoding; returns invalid encodings unchanged. */
export const decodePercent = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Parses JSON; returns `undefined` if it is invalid. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
