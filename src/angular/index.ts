/**
 * The library in Angular: a connection and a download queue per injector.
 *
 * @packageDocumentation
 */

export { injectContentLibrary, provideContentLibrary, withToken, type ContentLibraryFeature } from './content-library.ts';
export { injectDownloadQueue, provideDownloadQueue, withDownloadQueue, type SignalDownloadQueue } from './download-queue.ts';
