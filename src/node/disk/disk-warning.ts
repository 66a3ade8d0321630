/** What a file system refused without harm to the file. */

import type { SinkWarning } from '../../index.ts';
import { codeOf } from './disk-error.ts';

export const notFlushedWarning = (directory: string, refusal: unknown): SinkWarning => ({
  code: 'NOT_FLUSHED',
  message:
    `${directory}: the file system cannot flush files to the disk (${reasonOf(refusal)}). They are complete, but a power failure soon ` +
    'after the download may damage them.',
});

export const partNotRemovedWarning = (part: string, refusal: unknown): SinkWarning => ({
  code: 'PART_NOT_REMOVED',
  message:
    `${part}: this temporary name could not be removed (${reasonOf(refusal)}). The file is complete under its final name. Remove the ` +
    'temporary one.',
});

const reasonOf = (refusal: unknown): string => codeOf(refusal) ?? String(refusal);

/** Creates a filter that accepts each warning once: all files of a directory have the same about their file system. */
export const createNewWarningFilter = (): ((warning: SinkWarning) => boolean) => {
  const messages = new Set<string>();
  return ({ message }) => {
    const isNew = !messages.has(message);
    messages.add(message);
    return isNew;
  };
};
