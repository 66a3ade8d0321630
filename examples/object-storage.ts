import { createFileNameValidator, download, withVCenter, type Sink } from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';

const simulator = createSimulator({
  inventory: {
    libraries: [{ name: 'isos', items: [{ name: 'debian', id: 'item-1', files: [{ name: 'debian.iso', size: 20_000_000 }] }] }],
  },
});
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

/** A multipart upload of an object storage; the object exists once it is completed. */
interface Upload {
  addPart(bytes: Uint8Array): Promise<void>;
  complete(): Promise<void>;
  abort(): Promise<void>;
}

/** Creates a bucket in memory. */
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
/** Bytes. S3 requires at least five mebibytes for every part of an upload but the last. */
const PART_SIZE = 5 * 1024 * 1024;

const toBucket = (beginUpload: (key: string) => Promise<Upload>): Sink => {
  const validName = createFileNameValidator();
  return {
    createHash: nodeHash,
    open: async ({ name }) => {
      const key = `vcenter/${validName(name)}`;
      let upload = await beginUpload(key);
      let chunks: Uint8Array[] = [];
      let length = 0;
      const sendPart = async (): Promise<void> => {
        const part = Buffer.concat(chunks);
        chunks = [];
        length = 0;
        await upload.addPart(part);
      };
      return {
        path: key,
        write: (bytes) => {
          chunks.push(bytes);
          length += bytes.byteLength;
          return length < PART_SIZE ? undefined : sendPart();
        },
        restart: async () => {
          chunks = [];
          length = 0;
          await upload.abort();
          upload = await beginUpload(key);
        },
        commit: async () => {
          await sendPart();
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
