import { createFileNameValidator, download, withVCenter, type Sink } from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';

const simulator = createSimulator({
  inventory: {
    libraries: [{ name: 'isos', items: [{ name: 'debian', id: 'item-1', files: [{ name: 'debian.iso', size: 20_000_000 }] }] }],
  },
});
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

/** What object storage offers: an upload in parts, which shows as an object when it is completed. */
interface Upload {
  addPart(bytes: Uint8Array): Promise<void>;
  complete(): Promise<void>;
  abort(): Promise<void>;
}

/** One in memory. */
const createBucket = () => {
  const objects = new Map<string, number>();
  const beginUpload = async (key: string): Promise<Upload> => {
    let bytes = 0;
    return {
      addPart: async (part) => void (bytes += part.byteLength),
      complete: async () => void objects.set(key, bytes),
      abort: async () => undefined,
    };
  };
  return { objects, beginUpload };
};

// #region sink
/** The parts of an upload to S3 have at least five mebibytes each, but for the last one. */
const partSize = 5 * 1024 * 1024;

const toBucket = (beginUpload: (key: string) => Promise<Upload>): Sink => {
  const safeName = createFileNameValidator();
  return {
    createHash: nodeHash,
    open: async ({ name }) => {
      const key = `vcenter/${safeName(name)}`;
      let upload = await beginUpload(key);
      let pieces: Uint8Array[] = [];
      let length = 0;
      const send = async (): Promise<void> => {
        const part = Buffer.concat(pieces);
        pieces = [];
        length = 0;
        await upload.addPart(part);
      };
      return {
        path: key,
        write: (bytes) => {
          pieces.push(bytes);
          length += bytes.byteLength;
          return length < partSize ? undefined : send();
        },
        restart: async () => {
          pieces = [];
          length = 0;
          await upload.abort();
          upload = await beginUpload(key);
        },
        commit: async () => {
          await send();
          await upload.complete();
        },
        discard: () => upload.abort(),
      };
    },
  };
};
// #endregion

const bucket = createBucket();
withVCenter({ server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch }, (vc) =>
  download(vc, 'item-1', toBucket(bucket.beginUpload)),
).subscribe({ complete: () => console.log(bucket.objects) });
