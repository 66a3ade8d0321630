/** Returns a text of the server without its final periods, for a sentence that goes on. */
export const withoutPeriod = (text: string): string => text.replace(/[.\s]+$/, '');
