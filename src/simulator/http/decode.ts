/** Reads what clients send, who may send anything. */

/** Undoes percent-encoding; what is not well encoded stays as it is, and is then found nowhere. */
export const decodePercent = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The value of a text in JSON; `undefined` if it is none. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
