/** Operations of `content.library.item.DownloadSession`. */

import * as t from 'io-ts';
import { LocalizableMessage, type DownloadSessionModel } from '../../model/index.ts';
import type { DownloadSession } from '../state/download-sessions.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { defineOperation, requirePrivilege } from './define-operation.ts';
import { checkRestrictions } from './download-restrictions.ts';
import { itemOf } from './item.ts';
import { invalidArgumentError, notAllowedInStateError, objectNotFoundError } from './vapi-error.ts';

const privilege = 'ContentLibrary.DownloadSession';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const required = { download_session_id: t.string };

/** Fields of the create structure that vCenter ignores. */
const ignoredFields = {
  id: t.string,
  library_item_content_version: t.string,
  error_message: LocalizableMessage,
  client_progress: t.number,
  state: t.string,
  expiration_time: t.string,
};

/** Creates a session; returns its id. */
export const createDownloadSession = defineOperation(
  { privilege, required: { library_item_id: t.string }, optional: { client_token: t.string, ...ignoredFields } },
  (vcenter, { library_item_id, client_token }, { caller }) => {
    if (client_token !== undefined && !UUID.test(client_token))
      throw invalidArgumentError('The client token is not a UUID.', 'client_token');
    const item = itemOf(vcenter, library_item_id);
    checkRestrictions(vcenter, item, 'create');
    return vcenter.downloadSessions.create(item, caller.user, client_token).id;
  },
);

/** Returns the ids of the caller's own sessions, all or those of one item. */
export const listDownloadSessions = defineOperation(
  { optional: { library_item_id: t.string } },
  (vcenter, { library_item_id }, { caller }) => {
    // According to the documents, only a request with an item requires the privilege.
    if (library_item_id !== undefined) {
      requirePrivilege(caller.user, privilege);
      itemOf(vcenter, library_item_id);
    }
    return vcenter.downloadSessions
      .all()
      .filter((session) => session.owner.username === caller.user.username)
      .filter((session) => library_item_id === undefined || session.item.id === library_item_id)
      .map((session) => session.id);
  },
);

/** Returns one session. */
export const getDownloadSession = defineOperation({ required }, (vcenter, { download_session_id }): DownloadSessionModel => {
  const session = findDownloadSession(vcenter, download_session_id);
  return {
    ...(vcenter.assumptions.idInGet === false ? {} : { id: session.id }),
    library_item_id: session.item.id,
    library_item_content_version: session.contentVersion,
    client_progress: session.clientProgress,
    state: session.state,
    expiration_time: new Date(session.expiresAt).toISOString(),
    ...(session.errorMessage === undefined ? {} : { error_message: session.errorMessage }),
  };
});

/** Extends a session and stores the client's progress. */
export const keepDownloadSessionAlive = defineOperation(
  { required, optional: { progress: t.number } },
  (vcenter, { download_session_id, progress }) => {
    const session = findActiveDownloadSession(vcenter, download_session_id, 'keep_alive');
    if (progress === undefined) return;
    if (!Number.isInteger(progress) || progress < 0 || progress > 100)
      throw invalidArgumentError('The progress is not a whole number from 0 to 100.', 'progress');
    const { smallerProgress = 'stored', equalProgress = 'stored' } = vcenter.assumptions;
    if (progress === session.clientProgress && equalProgress === 'refused')
      throw invalidArgumentError(`The progress is not greater than the current one, ${session.clientProgress}.`, 'progress');
    if (progress < session.clientProgress && smallerProgress === 'refused')
      throw invalidArgumentError(`The progress is smaller than the current one, ${session.clientProgress}.`, 'progress');
    if (progress > session.clientProgress || smallerProgress === 'stored') session.clientProgress = progress;
  },
);

/** Ends a session, which exists until it is deleted or expires; its links end immediately. */
export const cancelDownloadSession = defineOperation({ required }, (vcenter, { download_session_id }) => {
  vcenter.downloadSessions.end(findActiveDownloadSession(vcenter, download_session_id, 'cancel'), 'CANCELED');
});

/** Ends a session like `cancel`, and stores the client's error message. */
export const failDownloadSession = defineOperation(
  { required: { ...required, client_error_message: t.string } },
  (vcenter, { download_session_id, client_error_message }) => {
    const session = findActiveDownloadSession(vcenter, download_session_id, 'fail');
    vcenter.downloadSessions.end(session, 'ERROR');
    session.errorMessage = {
      id: 'com.vmware.vdcs.cls-main.client_error',
      default_message: client_error_message,
      args: [client_error_message],
    };
  },
);

/** Deletes a session. */
export const deleteDownloadSession = defineOperation({ required }, (vcenter, { download_session_id }) =>
  vcenter.downloadSessions.remove(findDownloadSession(vcenter, download_session_id)),
);

/** Returns a session and extends it, or throws. On real servers, reading a session every few minutes keeps it alive. */
export const findDownloadSession = ({ downloadSessions }: SimulatedVCenter, id: string): DownloadSession => {
  const session = downloadSessions.find(id);
  if (session === undefined) throw objectNotFoundError('download session', id);
  downloadSessions.touch(session);
  return session;
};

/** Returns a session that was neither canceled nor has failed, or throws. */
export const findActiveDownloadSession = (vcenter: SimulatedVCenter, id: string, operation: string): DownloadSession => {
  const session = findDownloadSession(vcenter, id);
  if (session.state !== 'ACTIVE') throw notAllowedInStateError(operation, session.state);
  return session;
};
