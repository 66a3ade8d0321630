/** Operations of `content.library.Subscriptions`: the subscribers of a published library. */

import * as t from 'io-ts';
import { defineOperation } from './define-operation.ts';
import { libraryOf } from './library.ts';
import { wrongKindError } from './vapi-error.ts';

/** Returns the subscribers that a local library publishes to: none. */
export const listSubscriptions = defineOperation(
  { privilege: 'System.Read', required: { library: t.string } },
  (vcenter, { library }): readonly object[] => {
    if (libraryOf(vcenter, library).type !== 'LOCAL') throw wrongKindError('library', library, 'a local library');
    return [];
  },
);
