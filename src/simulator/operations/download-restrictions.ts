/** Restrictions on downloads, most of which the documents leave open. */

import type { DownloadRestriction } from '../options/assumptions.ts';
import type { StoredItem, StoredLibrary } from '../state/catalog.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { VapiError } from './vapi-error.ts';

/** An item or a file. */
interface Candidate {
  readonly name: string;
  readonly itemType: string | undefined;
  readonly library: StoredLibrary;
}

/** Throws if this operation does not allow the download of the item. */
export const checkRestrictions = (vcenter: SimulatedVCenter, item: StoredItem, operation: 'create' | 'prepare'): void => {
  const restrictions = [
    ...restrictionsOf(vcenter, { ...item, itemType: item.type }),
    ...(item.files.length === 0 ? [['has no files', vcenter.assumptions.emptyItem ?? 'allowed'] as const] : []),
  ];
  for (const [reason, restriction] of restrictions) {
    if (typeof restriction !== 'object' || restriction.operation !== operation) continue;
    const message = `The library item ${item.name} can not be downloaded: it ${reason}.`;
    throw new VapiError(restriction.error, 'com.vmware.vdcs.cls-main.download_unsupported', message, [item.name, reason]);
  }
};

/** Returns true if the preparation of the file must fail. */
export const mustFailPreparation = (vcenter: SimulatedVCenter, file: Candidate): boolean =>
  restrictionsOf(vcenter, file).some(([, restriction]) => restriction === 'fails');

const restrictionsOf = (
  { assumptions }: SimulatedVCenter,
  { itemType, library }: Candidate,
): readonly (readonly [reason: string, restriction: DownloadRestriction])[] => [
  ...(itemType === 'vm-template'
    ? [['is a virtual machine template', assumptions.vmTemplate ?? { operation: 'create', error: 'UNSUPPORTED' }] as const]
    : []),
  ...(library.entry.state === 'MAINTENANCE'
    ? [
        [
          'is in a library under maintenance',
          assumptions.maintenance ?? { operation: 'create', error: 'NOT_ALLOWED_IN_CURRENT_STATE' },
        ] as const,
      ]
    : []),
];
