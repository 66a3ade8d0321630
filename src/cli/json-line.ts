/** One JSON object on one line, which a terminal can show. */

// JSON escapes the control characters below the space, and leaves those in that terminals take for commands or that turn the text.
const active = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The value as JSON, with the line's end. */
export const jsonLine = (value: unknown): string => `${JSON.stringify(value).replaceAll(active, escaped)}\n`;
