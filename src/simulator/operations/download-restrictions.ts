/** What cannot be downloaded, or may not be: the documents leave most of it open. */

import type { DownloadRestriction } from '../options/assumptions.ts';
import type { StoredItem, StoredLibrary } from '../state/catalog.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { VapiError } from './vapi-error.ts';

/** An item, or a file of one. */
interface Candidate {
  readonly name: string;
  readonly itemType: string | undefined;
  readonly library: StoredLibrary;
}

/** Refuses an item that this operation does not allow to be downloaded. */
export const checkRestrictions = (vcenter: SimulatedVCenter, item: StoredItem, operation: 'create' | 'prepare'): void => {
  const rules = [
    ...restrictionsOf(vcenter, { ...item, itemType: item.type }),
    ...(item.files.length === 0 ? [['has no files', vcenter.assumptions.emptyItem ?? 'allowed'] as const] : []),
  ];
  for (const [reason, rule] of rules) {
    if (typeof rule !== 'object' || rule.operation !== operation) continue;
    const said = `The library item ${item.name} can not be downloaded: it ${reason}.`;
    throw new VapiError(rule.error, 'com.vmware.vdcs.cls-main.download_unsupported', said, [item.name, reason]);
  }
};

/** Whether the preparation of a file is bound to fail. */
export const mustFailPreparation = (vcenter: SimulatedVCenter, file: Candidate): boolean =>
  restrictionsOf(vcenter, file).some(([, rule]) => rule === 'fails');

const restrictionsOf = (
  { assumptions }: SimulatedVCenter,
  { itemType, library }: Candidate,
): readonly (readonly [reason: string, rule: DownloadRestriction])[] => [
  ...(itemType === 'vm-template'
    ? [['is a virtual machine template', assumptions.vmTemplate ?? { operation: 'create', error: 'UNSUPPORTED' }] as const]
    : []),
  ...(library.facts.state === 'MAINTENANCE'
    ? [
        [
          'is in a library under maintenance',
          assumptions.maintenance ?? { operation: 'create', error: 'NOT_ALLOWED_IN_CURRENT_STATE' },
        ] as const,
      ]
    : []),
];
