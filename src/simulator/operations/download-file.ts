/** Operations of `content.library.item.downloadsession.File`. */

import * as t from 'io-ts';
import type { DownloadFileInfo, LocalizableMessage, TransferEndpoint } from '../../model/index.ts';
import type { Assumptions } from '../options/assumptions.ts';
import type { Preparation, PreparationStage } from '../options/scenario.ts';
import { fetchFile } from '../state/cache-state.ts';
import { computeChecksums } from '../state/checksums.ts';
import type { DownloadSession, SessionFile } from '../state/download-sessions.ts';
import { fetchingTime, leadTime, plannedPreparation, progressAt, type PreparationProgress } from '../state/preparation.ts';
import { isSince } from '../state/releases.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { defineOperation, isGranted, requirePrivilege, type OperationCall } from './define-operation.ts';
import { checkRestrictions, mustFailPreparation } from './download-restrictions.ts';
import { findActiveDownloadSession, findDownloadSession } from './download-session.ts';
import { storageUri } from './item-file.ts';
import { thumbprintOf } from './thumbprint.ts';
import { invalidArgumentError, notAllowedNowError, unauthorizedError } from './vapi-error.ts';

const DIRECT_PRIVILEGE = 'ContentLibrary.ReadStorage';

const required = { download_session_id: t.string };

/** Returns all files of a session. */
export const listDownloadFiles = defineOperation({ required }, async (vcenter, { download_session_id }, call) => {
  requireFilesPrivilege(vcenter, call);
  const session = findDownloadSession(vcenter, download_session_id);
  return downloadFileInfos(vcenter, session, [...session.files.values()], call.origin);
});

/** Returns one file of a session. */
export const getDownloadFile = defineOperation(
  { required: { ...required, file_name: t.string } },
  async (vcenter, { download_session_id, file_name }, call) => {
    requireFilesPrivilege(vcenter, call);
    const session = findDownloadSession(vcenter, download_session_id);
    return first(await downloadFileInfos(vcenter, session, [fileOf(session, file_name)], call.origin));
  },
);

/** Prepares a file. A repeated request has no effect, unless the preparation has failed; then it starts again. */
export const prepareDownloadFile = defineOperation(
  {
    required: { ...required, file_name: t.string },
    optional: { endpoint_type: t.union([t.literal('HTTPS'), t.literal('DIRECT')]) },
  },
  async (vcenter, { download_session_id, file_name, endpoint_type = 'HTTPS' }, { origin }) => {
    const session = findActiveDownloadSession(vcenter, download_session_id, 'prepare');
    const file = fileOf(session, file_name);
    checkRestrictions(vcenter, session.item, 'prepare');
    // The privilege of the owner counts, not that of the caller.
    if (endpoint_type === 'DIRECT' && !isGranted(session.owner, DIRECT_PRIVILEGE)) throw unauthorizedError(DIRECT_PRIVILEGE);
    const { status } = fileProgress(vcenter, file);
    const { prepareAgain = 'nothing' } = vcenter.assumptions;
    if (status === 'PREPARED' && prepareAgain === 'refused')
      throw notAllowedNowError(`The file ${file_name} has been prepared already.`, file_name);
    const restarts = status === 'ERROR' || (status === 'PREPARED' && prepareAgain === 'anew');
    const { at, preparation: planned } = (restarts ? undefined : file.prepared) ?? {
      at: vcenter.clock.now(),
      preparation: plannedPreparation(vcenter.scenario, file_name),
    };
    file.prepared = { at, endpointType: endpoint_type, preparation: planned };
    const preparation = effectivePreparation(vcenter, file);
    fetchFile(file.stored, at + leadTime(preparation) + fetchingTime(preparation));
    return first(await downloadFileInfos(vcenter, session, [file], origin));
  },
);

/** Returns the current progress of a file's preparation. */
export const fileProgress = (vcenter: SimulatedVCenter, file: SessionFile): PreparationProgress => {
  const { prepared, stored } = file;
  const preparation = effectivePreparation(vcenter, file);
  if (prepared === undefined) return progressAt(preparation, undefined, stored.content.size);
  const fetchStart = prepared.at + leadTime(preparation);
  const fetching = Math.max(0, (stored.cachedAt ?? fetchStart) - fetchStart);
  return progressAt(preparation, vcenter.clock.now() - prepared.at, stored.content.size, fetching);
};

/** Returns the settings at the time of the prepare request; without one, the current ones. */
const preparationOf = ({ scenario }: SimulatedVCenter, { prepared, stored }: SessionFile): Preparation =>
  prepared?.preparation ?? plannedPreparation(scenario, stored.name);

const effectivePreparation = (vcenter: SimulatedVCenter, file: SessionFile): Preparation => {
  const preparation = preparationOf(vcenter, file);
  return mustFailPreparation(vcenter, file.stored) ? { ...preparation, outcome: 'ERROR' } : preparation;
};

/** The documents disagree on the privilege for reading the files of a session. */
const requireFilesPrivilege = ({ assumptions }: SimulatedVCenter, { caller }: OperationCall): void =>
  requirePrivilege(caller.user, assumptions.sessionFiles ?? 'System.Anonymous');

const fileOf = (session: DownloadSession, name: string): SessionFile => {
  const file = session.files.get(name);
  if (file === undefined) throw invalidArgumentError(`The download session has no file ${name}.`, name);
  return file;
};

const first = <A>([only]: readonly A[]): A | undefined => only;

const downloadFileInfos = async (
  vcenter: SimulatedVCenter,
  session: DownloadSession,
  files: readonly SessionFile[],
  origin: string,
): Promise<readonly DownloadFileInfo[]> => {
  const withChecksum = files.filter((file) => hasReached(checksumStage(vcenter, file), file, fileProgress(vcenter, file)));
  await computeChecksums(
    vcenter.checksums,
    withChecksum.map(({ stored }) => stored),
  );
  return files.map((file) => downloadFileInfo(vcenter, session, file, origin));
};

const downloadFileInfo = (
  vcenter: SimulatedVCenter,
  session: DownloadSession,
  file: SessionFile,
  origin: string,
): DownloadFileInfo => {
  const { name, content } = file.stored;
  const progress = fileProgress(vcenter, file);
  const { status, bytesTransferred } = progress;
  const { sizeKnown = 'prepared' } = preparationOf(vcenter, file);
  const endpoint = status === 'PREPARED' ? transferEndpoint(vcenter, session, file, origin) : undefined;
  const checksum =
    hasReached(checksumStage(vcenter, file), file, progress) && !isChecksumLate(vcenter, file)
      ? vcenter.checksums.of(file.stored)
      : undefined;
  const message = status === 'ERROR' ? errorMessage(vcenter, file) : null;
  return {
    name,
    ...(hasReached(sizeKnown, file, progress) ? { size: content.size } : {}),
    bytes_transferred: bytesTransferred,
    status,
    ...(endpoint === undefined ? {} : { download_endpoint: endpoint }),
    ...(checksum === undefined ? {} : { checksum_info: checksum }),
    ...(message === null ? {} : { error_message: message }),
  };
};

const checksumStage = (vcenter: SimulatedVCenter, file: SessionFile): PreparationStage =>
  preparationOf(vcenter, file).checksumKnown ?? 'downloaded';

const hasReached = (stage: PreparationStage, { served }: SessionFile, { status }: PreparationProgress): boolean =>
  stage === 'at-once' || (stage === 'prepared' && status === 'PREPARED') || (stage !== 'never' && served);

/** Returns true if this response still omits a checksum that is due, and counts it. */
const isChecksumLate = (vcenter: SimulatedVCenter, file: SessionFile): boolean => {
  const { responsesWithoutChecksum } = vcenter;
  const count = responsesWithoutChecksum.get(file) ?? 0;
  if (!file.served || count >= (preparationOf(vcenter, file).checksumLate ?? 0)) return false;
  responsesWithoutChecksum.set(file, count + 1);
  return true;
};

/** Canceled and failed sessions have no links. */
const transferEndpoint = (
  vcenter: SimulatedVCenter,
  { dataKey, item, state }: DownloadSession,
  { stored, prepared }: SessionFile,
  origin: string,
): TransferEndpoint | undefined => {
  if (state !== 'ACTIVE') return undefined;
  if (prepared?.endpointType === 'DIRECT') return { uri: storageUri(vcenter, item, stored) };
  return { uri: `${origin}/cls/data/${dataKey}/${encodeURIComponent(stored.name)}`, ...endpointCertificate(vcenter) };
};

const endpointCertificate = (vcenter: SimulatedVCenter): Partial<TransferEndpoint> => {
  const { certificate, assumptions, version } = vcenter;
  const { pem } = certificate;
  const thumbprint = thumbprintOf(certificate, version);
  return {
    ...(thumbprint === undefined || assumptions.thumbprint === 'absent'
      ? {}
      : { ssl_certificate_thumbprint: formatThumbprint(thumbprint, assumptions.thumbprint) }),
    ...(pem === undefined || !isSince(version, '9.0') ? {} : { ssl_certificate: pem }),
  };
};

const formatThumbprint = (thumbprint: string, format: Assumptions['thumbprint'] = 'as-given'): string => {
  const plain = thumbprint.replaceAll(':', '');
  if (format === 'plain') return plain.toUpperCase();
  return format === 'lower-case' ? plain.toLowerCase() : thumbprint;
};

const errorMessage = (vcenter: SimulatedVCenter, file: SessionFile): LocalizableMessage | null => {
  const { message } = preparationOf(vcenter, file);
  if (message !== undefined) return message;
  const { name } = file.stored;
  return {
    id: 'com.vmware.vdcs.cls-main.file_transfer_error',
    default_message: `Error transferring file ${name}. Reason: IO error.`,
    args: [name, 'IO error'],
  };
};
