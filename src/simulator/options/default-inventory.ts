/** The default inventory: one library with one small virtual machine. */

import type { Inventory } from './inventory.ts';

/** Bytes. */
const DISK_SIZE = 4 * 1024 * 1024;

/** Bytes; the usual size of the firmware settings of a vSphere VM. */
const NVRAM_SIZE = 8_684;

const descriptor = `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
  <References>
    <File ovf:id="file1" ovf:href="debian-12-1.vmdk" ovf:size="${DISK_SIZE}"/>
    <File ovf:id="file2" ovf:href="debian-12-2.nvram" ovf:size="${NVRAM_SIZE}"/>
  </References>
  <DiskSection>
    <Info>Virtual disks</Info>
    <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="8" ovf:capacityAllocationUnits="byte * 2^30"/>
  </DiskSection>
  <VirtualSystem ovf:id="debian-12">
    <Info>A virtual machine</Info>
    <Name>debian-12</Name>
  </VirtualSystem>
</Envelope>
`;

/** One library, `Templates`, with the OVF item `debian-12`: a descriptor, a disk of 4 MiB and the firmware's settings. */
export const defaultInventory: Inventory = {
  libraries: [
    {
      name: 'Templates',
      items: [
        {
          name: 'debian-12',
          type: 'ovf',
          files: [
            { name: 'debian-12.ovf', content: descriptor },
            { name: 'debian-12-1.vmdk', size: DISK_SIZE },
            { name: 'debian-12-2.nvram', size: NVRAM_SIZE },
          ],
        },
      ],
    },
  ],
};
