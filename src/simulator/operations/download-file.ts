/** The operations of `content.library.item.downloadsession.File`. */

import * as t from 'io-ts';
import type { DownloadFileInfo, LocalizableMessage, TransferEndpoint } from '../../model.ts';
import { isGranted } from '../options/user.ts';
import type { DownloadSession, SessionFile } from '../state/download-sessions.ts';
import { preparationOf, preparationStep, type PreparationStep } from '../state/preparation.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { activeSessionOf, sessionOf } from './download-session.ts';
import { taking } from './handler.ts';
import { invalidArgument, unauthorized } from './refusal.ts';

const directPrivilege = 'ContentLibrary.ReadStorage';

const FileOfSession = t.type({ download_session_id: t.string, file_name: t.string });

/** All files of a session. */
export const listDownloadFiles = taking(
  t.type({ download_session_id: t.string }),
  (vcenter, { download_session_id }, { origin }) => {
    const session = sessionOf(vcenter, download_session_id);
    return [...session.files.values()].map((file) => downloadFileInfo(vcenter, session, file, origin));
  },
);

/** One file of a session. */
export const getDownloadFile = taking(FileOfSession, (vcenter, { download_session_id, file_name }, { origin }) => {
  const session = sessionOf(vcenter, download_session_id);
  return downloadFileInfo(vcenter, session, fileOf(session, file_name), origin);
});

/** Asks for a file to be made ready. Asking again changes nothing, unless it has failed: then it starts over. */
export const prepareDownloadFile = taking(
  t.intersection([FileOfSession, t.partial({ endpoint_type: t.union([t.literal('HTTPS'), t.literal('DIRECT')]) })]),
  (vcenter, { download_session_id, file_name, endpoint_type = 'HTTPS' }, { origin }) => {
    const session = activeSessionOf(vcenter, download_session_id, 'prepare');
    const file = fileOf(session, file_name);
    // It is the session's privilege: what counts is who created it.
    if (endpoint_type === 'DIRECT' && !isGranted(session.owner, directPrivilege)) throw unauthorized(directPrivilege);
    const failed = fileStep(vcenter, file).status === 'ERROR';
    const at = failed ? undefined : file.prepared?.at;
    file.prepared = { at: at ?? vcenter.clock.now(), endpointType: endpoint_type };
    return downloadFileInfo(vcenter, session, file, origin);
  },
);

/** How far a file's preparation is now. */
export const fileStep = ({ clock, scenario }: SimulatedVCenter, { prepared, stored }: SessionFile): PreparationStep => {
  const elapsed = prepared === undefined ? undefined : clock.now() - prepared.at;
  return preparationStep(preparationOf(scenario, stored.name), elapsed, stored.content.size);
};

const fileOf = (session: DownloadSession, name: string): SessionFile => {
  const file = session.files.get(name);
  if (file === undefined) throw invalidArgument(`The download session has no file ${name}.`, name);
  return file;
};

const downloadFileInfo = (
  vcenter: SimulatedVCenter,
  session: DownloadSession,
  file: SessionFile,
  origin: string,
): DownloadFileInfo => {
  const { name, content } = file.stored;
  const { status, bytesTransferred } = fileStep(vcenter, file);
  const endpoint = status === 'PREPARED' ? transferEndpoint(vcenter, session, file, origin) : undefined;
  const checksum = file.served ? vcenter.checksums.of(file.stored) : undefined;
  const message = status === 'ERROR' ? errorMessage(vcenter, name) : null;
  return {
    name,
    ...(status === 'PREPARED' ? { size: content.size } : {}),
    bytes_transferred: bytesTransferred,
    status,
    ...(endpoint === undefined ? {} : { download_endpoint: endpoint }),
    ...(checksum === undefined ? {} : { checksum_info: checksum }),
    ...(message === null ? {} : { error_message: message }),
  };
};

/** A session that was cancelled or has failed gives no links. */
const transferEndpoint = (
  { volume }: SimulatedVCenter,
  { dataKey, item, state }: DownloadSession,
  { stored, prepared }: SessionFile,
  origin: string,
): TransferEndpoint | undefined => {
  if (state !== 'ACTIVE') return undefined;
  const name = encodeURIComponent(stored.name);
  if (prepared?.endpointType === 'DIRECT') return { uri: `ds:///vmfs/volumes/${volume}/${item.id}/${name}` };
  return { uri: `${origin}/cls/data/${dataKey}/${name}` };
};

const errorMessage = ({ scenario }: SimulatedVCenter, name: string): LocalizableMessage | null => {
  const { message } = preparationOf(scenario, name);
  if (message !== undefined) return message;
  return {
    id: 'com.vmware.vdcs.cls-main.file_transfer_error',
    default_message: `Error transferring file ${name}. Reason: IO error.`,
    args: [name, 'IO error'],
  };
};
