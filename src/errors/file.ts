/** What fails about one file, from its preparation to the disk. */

import type { ErrorMessage } from './api.ts';
import { quoted, seconds } from './words.ts';

/** vCenter could not prepare a file for download: its status is ERROR. */
export class PreparationError extends Error {
  readonly _tag = 'PreparationError';
  override readonly name = 'PreparationError';
  readonly file: string;
  /** VMware's message key, if the server sent a message. */
  readonly id: string | undefined;
  /** What the server said, if anything. */
  readonly serverMessage: string | undefined;
  readonly args: readonly string[];
  constructor(facts: { file: string; message?: ErrorMessage | undefined }) {
    super(
      `vCenter could not prepare ${quoted(facts.file)}: ${facts.message === undefined ? 'it sent no reason' : facts.message.default_message || facts.message.id}. ` +
        "Look for the item's tasks and events in the vSphere Client; a subscribed item may have to be synchronized first.",
    );
    this.file = facts.file;
    this.id = facts.message?.id;
    this.serverMessage = facts.message?.default_message;
    this.args = facts.message?.args ?? [];
  }
}

/** A status that a file was seen to have. */
export interface ObservedStatus {
  readonly file: string;
  readonly status: string;
  /** When it was first seen, in milliseconds since the wait began. */
  readonly after: number;
}

/** Patience ran out while waiting for a preparation. */
export class PatienceError extends Error {
  readonly _tag = 'PatienceError';
  override readonly name = 'PatienceError';
  /** What was waited for. */
  readonly waitedFor: string;
  /** How long, in milliseconds. */
  readonly patience: number;
  /** The statuses that were seen, in order, without repeats. */
  readonly statuses: readonly string[];
  /** Every change of every file, in order. */
  readonly history: readonly ObservedStatus[];
  constructor(facts: { waitedFor: string; patience: number; seen: readonly ObservedStatus[] }) {
    const first = new Map<string, number>();
    for (const { status, after } of facts.seen) if (!first.has(status)) first.set(status, after);
    super(
      `${facts.waitedFor} took longer than ${seconds(facts.patience)}; ` +
        `${first.size === 0 ? 'no status was seen' : `seen: ${[...first].map(([status, after]) => `${status} after ${seconds(after)}`).join(', ')}`}. ` +
        'Allow more time, or look at the item in the vSphere Client.',
    );
    this.waitedFor = facts.waitedFor;
    this.patience = facts.patience;
    this.statuses = [...first.keys()];
    this.history = facts.seen;
  }
}

/** Fewer or more bytes came than were announced. */
export class TruncatedError extends Error {
  readonly _tag = 'TruncatedError';
  override readonly name = 'TruncatedError';
  readonly file: string;
  /** How many bytes there should be. */
  readonly expected: number;
  /** How many came. */
  readonly received: number;
  constructor(facts: { file: string; expected: number; received: number }, options?: ErrorOptions) {
    super(
      `${quoted(facts.file)} is not whole: ${facts.received} of ${facts.expected} bytes came. Nothing stands under its final name; download it again.`,
      options,
    );
    this.file = facts.file;
    this.expected = facts.expected;
    this.received = facts.received;
  }
}

/** The bytes that came are not the bytes that vCenter has. */
export class ChecksumError extends Error {
  readonly _tag = 'ChecksumError';
  override readonly name = 'ChecksumError';
  readonly file: string;
  readonly algorithm: string;
  readonly expected: string;
  readonly actual: string;
  constructor(facts: { file: string; algorithm: string; expected: string; actual: string }) {
    super(
      `${quoted(facts.file)} is damaged: its ${facts.algorithm} is ${facts.actual}, vCenter states ${facts.expected}. Nothing stands under its final name; download it again.`,
    );
    this.file = facts.file;
    this.algorithm = facts.algorithm;
    this.expected = facts.expected;
    this.actual = facts.actual;
  }
}

/**
 * How a download session ended: `gone`: it is not there any more, for it has expired or somebody deleted it, and the server does not tell
 * which; `cancelled`: somebody cancelled it; `failed`: its state is ERROR.
 */
export type LeaseEnding = 'gone' | 'cancelled' | 'failed';

/** The download session, which is a lease, ended while its files were still needed. */
export class LeaseError extends Error {
  readonly _tag = 'LeaseError';
  override readonly name = 'LeaseError';
  readonly downloadSessionId: string;
  readonly ending: LeaseEnding;
  constructor(facts: { downloadSessionId: string; reason: string; ending?: LeaseEnding }, options?: ErrorOptions) {
    super(
      `The download session ${facts.downloadSessionId} is over: ${facts.reason}. Start the download again, with a new session.`,
      options,
    );
    this.downloadSessionId = facts.downloadSessionId;
    this.ending = facts.ending ?? 'gone';
  }
}

/** A file's name would leave the directory, or cannot stand on a disk. */
export class UnsafeNameError extends Error {
  readonly _tag = 'UnsafeNameError';
  override readonly name = 'UnsafeNameError';
  /** The name that the server sent. */
  readonly file: string;
  readonly reason: string;
  constructor(facts: { file: string; reason: string }) {
    super(`${quoted(facts.file)} is not a safe name for a file: ${facts.reason}. It was refused before anything was written.`);
    this.file = facts.file;
    this.reason = facts.reason;
  }
}

/** The file's endpoint is not one that can be fetched over HTTP: `ds:`, `file:`. */
export class UnsupportedEndpointError extends Error {
  readonly _tag = 'UnsupportedEndpointError';
  override readonly name = 'UnsupportedEndpointError';
  readonly file: string;
  /** The scheme of the endpoint's URI, e.g. `ds:`. */
  readonly scheme: string;
  constructor(facts: { file: string; scheme: string }) {
    super(
      `${quoted(facts.file)} is offered at a ${facts.scheme} address, which cannot be fetched over HTTP. Prepare it with the HTTPS endpoint type.`,
    );
    this.file = facts.file;
    this.scheme = facts.scheme;
  }
}

/** The place where the bytes go said no. */
export class SinkError extends Error {
  readonly _tag = 'SinkError';
  override readonly name = 'SinkError';
  readonly path: string;
  /** The system's code: `EEXIST`, `ENOSPC`, `EACCES` …, where there is one. */
  readonly code: string | undefined;
  constructor(facts: { path: string; code?: string | undefined; reason: string }, options?: ErrorOptions) {
    super(`${facts.path}: ${facts.reason}`, options);
    this.path = facts.path;
    this.code = facts.code;
  }
}
