/** The types that an editor shows for the public API: names that a user can look up, without io-ts internals. */

import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { endpoints } from './contract/operations.ts';

const root = join(import.meta.dirname, '..');

/** A user's program; the tests query the language service for the names in it. */
const text = `
import * as library from 'rx-content-library';
declare const vc: library.VCenter;
export const emitted = {
  login: library.login(vc),
  getSession: library.getSession(vc),
  logout: library.logout(vc),
  listLibraries: library.listLibraries(vc),
  findLibraries: library.findLibraries(vc, { name: 'a' }),
  getLibrary: library.getLibrary(vc, 'l'),
  listLocalLibraries: library.listLocalLibraries(vc),
  listSubscribedLibraries: library.listSubscribedLibraries(vc),
  listItems: library.listItems(vc, 'l'),
  findItems: library.findItems(vc, { name: 'a' }),
  getItem: library.getItem(vc, 'i'),
  listItemFiles: library.listItemFiles(vc, 'i'),
  getItemFile: library.getItemFile(vc, 'i', 'f'),
  listItemStorage: library.listItemStorage(vc, 'i'),
  getItemStorage: library.getItemStorage(vc, 'i', 'f'),
  listItemChanges: library.listItemChanges(vc, 'i'),
  getItemChanges: library.getItemChanges(vc, 'i', '1'),
  syncItem: library.syncItem(vc, 'i'),
  evictItem: library.evictItem(vc, 'i'),
  createDownloadSession: library.createDownloadSession(vc, 'i'),
  listDownloadSessions: library.listDownloadSessions(vc),
  getDownloadSession: library.getDownloadSession(vc, 's'),
  keepDownloadSessionAlive: library.keepDownloadSessionAlive(vc, 's'),
  cancelDownloadSession: library.cancelDownloadSession(vc, 's'),
  failDownloadSession: library.failDownloadSession(vc, 's', 'why'),
  deleteDownloadSession: library.deleteDownloadSession(vc, 's'),
  listDownloadFiles: library.listDownloadFiles(vc, 's'),
  getDownloadFile: library.getDownloadFile(vc, 's', 'f'),
  prepareDownloadFile: library.prepareDownloadFile(vc, 's', 'f'),
};
export const decoded = library.decoder(library.DownloadFileInfo)(0);
export const read = (info: library.DownloadFileInfo, model: library.LibraryModel, message: library.LocalizableMessage) => ({
  status: info.status,
  endpoint: info.download_endpoint,
  checksum: info.checksum_info?.algorithm,
  type: model.type,
  publish: model.publish_info,
  backings: model.storage_backings,
  params: message.params,
});
`;

const file = join(root, 'test/types/hover.ts');

const optionsOf = (): ts.CompilerOptions => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return process.env['RX_CONTENT_LIBRARY_TEST'] === 'dist' ? { ...options, customConditions: [] } : options;
};

const options = optionsOf();

const service = ts.createLanguageService({
  getCompilationSettings: () => options,
  getScriptFileNames: () => [file],
  getScriptVersion: () => '1',
  getScriptSnapshot: (path) => {
    const content = path === file ? text : ts.sys.readFile(path);
    return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
  },
  getCurrentDirectory: () => root,
  getDefaultLibFileName: (each) => ts.getDefaultLibFilePath(each),
  fileExists: (path) => path === file || ts.sys.fileExists(path),
  readFile: (path) => (path === file ? text : ts.sys.readFile(path)),
  directoryExists: (path) => ts.sys.directoryExists(path),
  realpath: (path) => ts.sys.realpath?.(path) ?? path,
});

const hintAt = (position: number): string =>
  (service.getQuickInfoAtPosition(file, position)?.displayParts ?? []).map(({ text: part }) => part).join('');

/** The hint at the marker, without the name of a property. */
const hintFor = (marker: string): string => hintAt(text.indexOf(marker)).replace(/^\(property\) [\w.]+\??: /, '');

describe('hints', () => {
  test('the program compiles', () => {
    expect(
      service.getSemanticDiagnostics(file).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')),
    ).toEqual([]);
  });

  test.each([
    ['login', 'Observable<library.Dialect>'],
    ['getSession', 'Observable<library.SessionInfo>'],
    ['logout', 'Observable<void>'],
    ['listLibraries', 'Observable<readonly string[]>'],
    ['findLibraries', 'Observable<readonly string[]>'],
    ['getLibrary', 'Observable<library.LibraryModel>'],
    ['listLocalLibraries', 'Observable<readonly string[]>'],
    ['listSubscribedLibraries', 'Observable<readonly string[]>'],
    ['listItems', 'Observable<readonly string[]>'],
    ['findItems', 'Observable<readonly string[]>'],
    ['getItem', 'Observable<library.ItemModel>'],
    ['listItemFiles', 'Observable<readonly library.ItemFileInfo[]>'],
    ['getItemFile', 'Observable<library.ItemFileInfo>'],
    ['listItemStorage', 'Observable<readonly library.ItemStorageInfo[]>'],
    ['getItemStorage', 'Observable<readonly library.ItemStorageInfo[]>'],
    ['listItemChanges', 'Observable<readonly library.ItemChangesSummary[]>'],
    ['getItemChanges', 'Observable<library.ItemChangesInfo>'],
    ['syncItem', 'Observable<void>'],
    ['evictItem', 'Observable<void>'],
    ['createDownloadSession', 'Observable<string>'],
    ['listDownloadSessions', 'Observable<readonly string[]>'],
    ['getDownloadSession', 'Observable<library.DownloadSessionModel>'],
    ['keepDownloadSessionAlive', 'Observable<void>'],
    ['cancelDownloadSession', 'Observable<void>'],
    ['failDownloadSession', 'Observable<void>'],
    ['deleteDownloadSession', 'Observable<void>'],
    ['listDownloadFiles', 'Observable<readonly library.DownloadFileInfo[]>'],
    ['getDownloadFile', 'Observable<library.DownloadFileInfo>'],
    ['prepareDownloadFile', 'Observable<library.DownloadFileInfo>'],
  ])('%s returns %s', (name, type) => expect(hintFor(`${name}: library.`)).toBe(type));

  test('every endpoint is covered', () => {
    const [, emitted = ''] = /emitted = \{(.*?)\n\};/s.exec(text) ?? [];
    const names = [...emitted.matchAll(/^ {2}(\w+): library\.\1\(/gm)].map(([, name]) => name);
    expect(names).toEqual(Object.values(endpoints).map(({ endpoint }) => endpoint.name));
  });

  test.each([
    ['status: info.', 'library.PrepareStatus | library.UnknownEnumValue'],
    ['endpoint: info.', 'library.TransferEndpoint | undefined'],
    ['checksum: info.', 'library.ChecksumAlgorithm | library.UnknownEnumValue | undefined'],
    ['type: model.', 'library.LibraryType | library.UnknownEnumValue'],
    ['publish: model.', 'library.PublishInfo | undefined'],
    ['backings: model.', 'readonly library.StorageBacking[] | undefined'],
    ['params: message.', 'Readonly<Record<string, library.LocalizationParam>> | undefined'],
  ])('the field of "%s" is %s', (marker, type) => {
    const parts = (union: string): readonly string[] => union.split(' | ').sort();
    expect(parts(hintFor(marker))).toEqual(parts(type));
  });

  test('a decoder returns an Either of named types', () => {
    expect(hintFor('decoded =')).toBe('const decoded: Either<library.DecodeError, library.DownloadFileInfo>');
  });

  test('no export shows io-ts types', () => {
    const names = service.getCompletionsAtPosition(file, text.indexOf('library.login') + 'library.'.length, {})?.entries ?? [];
    const texts = names.map(({ name }) => {
      const details = service.getCompletionEntryDetails(
        file,
        text.indexOf('library.login') + 'library.'.length,
        name,
        {},
        undefined,
        {},
        undefined,
      );
      return [name, (details?.displayParts ?? []).map(({ text: part }) => part).join('')] as const;
    });
    expect(texts.length).toBeGreaterThan(60);
    expect(texts.filter(([, hint]) => /\b(?:\w+C<|t\.|io-ts|Props|Structure<|Type<|HasProps|Mixed)/.test(hint))).toEqual([]);
    expect(Object.fromEntries(texts)['ItemFileInfo']).toMatch(/Codec<(?:library\.)?ItemFileInfo>/);
  });
});
