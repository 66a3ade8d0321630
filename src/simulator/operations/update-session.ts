/** Operations of `content.library.item.UpdateSession`. Nothing can be uploaded, so there are no update sessions. */

import * as t from 'io-ts';
import { defineOperation } from './define-operation.ts';
import { itemOf } from './item.ts';
import { objectNotFoundError } from './vapi-error.ts';

/** Returns the ids of the caller's own update sessions: none. */
export const listUpdateSessions = defineOperation(
  { optional: { library_item_id: t.string } },
  (vcenter, { library_item_id }): readonly string[] => {
    if (library_item_id !== undefined) itemOf(vcenter, library_item_id);
    return [];
  },
);

/** Throws: no update session exists. */
export const getUpdateSession = defineOperation({ required: { update_session_id: t.string } }, (_, { update_session_id }) => {
  throw objectNotFoundError('update session', update_session_id);
});
