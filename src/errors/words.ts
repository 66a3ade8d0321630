/** Numbers and names as an error's sentence shows them. */

export const seconds = (milliseconds: number): string => `${Number((milliseconds / 1000).toFixed(1))} s`;

export const quoted = (name: string): string => JSON.stringify(name);
