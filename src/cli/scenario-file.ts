/** Reads a scenario from a file. */

import type {
  DataService,
  Fault,
  SessionLifetimes,
  Preparation,
  PreparationPhase,
  Scenario,
  Assumptions,
} from '../simulator/index.ts';
import { jsonIn } from './json-file.ts';
import { anything, boolean, isObject, list, map, number, object, oneOf, text, type Validator, type Fields } from './validate.ts';

const stage = oneOf('at-once', 'prepared', 'downloaded', 'never');
const status = oneOf('UNPREPARED', 'PREPARE_REQUESTED', 'PREPARING', 'PREPARED', 'ERROR');

const phase: Fields<PreparationPhase> = { status, lasts: number };
const preparation: Fields<Preparation> = {
  requested: number,
  preparing: number,
  phases: list(object(phase, 'status', 'lasts')),
  fetching: number,
  outcome: oneOf('PREPARED', 'ERROR'),
  message: anything,
  bytesMove: boolean,
  sizeKnown: stage,
  checksumKnown: stage,
  checksumLate: number,
};
const leases: Fields<SessionLifetimes> = {
  downloadSession: number,
  endedDownloadSession: number,
  apiSessionIdle: number,
  apiSession: number,
  apiSessionsPerUser: number,
};
const data: Fields<DataService> = {
  contentLength: boolean,
  ranges: boolean,
  etag: oneOf('strong', 'weak', 'none'),
  head: boolean,
  login: boolean,
  cors: boolean,
  readingKeepsLease: boolean,
};
const assumptions: Fields<Assumptions> = {
  clientToken: oneOf('Client-Token', 'client_token', 'query', 'nowhere'),
  prepareAgain: oneOf('nothing', 'anew', 'refused'),
  smallerProgress: oneOf('stored', 'ignored', 'refused'),
  vmTemplate: anything,
  emptyItem: anything,
  maintenance: anything,
  idInGet: boolean,
  paramsInRest: oneOf('pairs', 'object'),
  restLogin: oneOf('header', 'cookie', 'either'),
  thumbprint: oneOf('as-given', 'plain', 'lower-case', 'absent'),
  sessionFiles: oneOf('System.Anonymous', 'System.Read'),
  unknownFields: oneOf('refused', 'ignored'),
  wrongMethod: oneOf(404, 405),
  encodedColon: boolean,
  unset: oneOf('missing', 'null'),
};

const fault: Fields<Fault> = {
  operation: text,
  file: text,
  from: number,
  until: number,
  after: number,
  times: number,
  chance: number,
  kind: oneOf(
    ...['answer', 'refusal', 'session-limit', 'page', 'redirect', 'latency', 'disconnect', 'hang', 'truncate', 'malformed'],
    ...['corrupt', 'range', 'certificate', 'session-lost'],
  ),
  status: number,
  contentType: text,
  headers: map(text),
  body: text,
  errorType: text,
  message: anything,
  retryAfter: anything,
  data: anything,
  to: text,
  milliseconds: anything,
  ending: oneOf('reset', 'close'),
  done: boolean,
  at: number,
  shape: oneOf('length-close', 'length-reset', 'chunked-close', 'chunked-complete', 'close', 'reset'),
  length: number,
  how: oneOf('ignored', 'other', 'shifted', 'unnamed', 'refused'),
  by: number,
  thumbprint: text,
  session: oneOf('download', 'api'),
};

/** Fields that a kind of fault cannot do without; without a kind it is an answer. */
const needed: Readonly<Record<string, string>> = {
  answer: 'body',
  refusal: 'errorType',
  redirect: 'to',
  latency: 'milliseconds',
  truncate: 'shape',
  corrupt: 'at',
  range: 'how',
};

const wholeFault: Validator = (value, path) => {
  const field = isObject(value) ? needed[typeof value.kind === 'string' ? value.kind : 'answer'] : undefined;
  return object(fault, 'operation', ...(field === undefined ? [] : [field]))(value, path);
};

const scenario: Fields<Scenario> = {
  version: oneOf('6.7', '7.0', '8.0', '9.0'),
  preparation: object(preparation),
  files: map(object(preparation)),
  checksums: oneOf('SHA1', 'SHA256', 'MD5', 'none'),
  leases: object(leases),
  data: object(data),
  assumptions: object(assumptions),
  faults: list(wholeFault),
};

/** The scenario in a file of JSON. Editors may want a `$schema` in it. */
export const scenarioIn = async (path: string): Promise<Scenario> =>
  (await jsonIn(path, object({ ...scenario, $schema: text }))) as Scenario;
