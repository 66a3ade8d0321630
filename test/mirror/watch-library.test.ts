import { describe, expect, test } from '@jest/globals';
import { ApiError, watchLibrary, type ItemModel, type LibraryContents } from 'rx-content-library';
import { defer, map, NEVER, of, throwError, timer, type Observable } from 'rxjs';
import { inVirtualTime } from '../support/marbles.ts';
import { scriptedVCenter } from '../support/scripted-vcenter.ts';

const item = (id: string, content_version: string): ItemModel => ({ id, name: `name-${id}`, content_version });

/** A connection whose library has these items at each poll, after one millisecond; `poll` counts the polls. */
const scripted = (polls: readonly (readonly ItemModel[] | ApiError)[]) => {
  let poll = -1;
  const itemsNow = () => polls[Math.min(poll, polls.length - 1)] ?? [];
  const read = <A>(value: (items: readonly ItemModel[]) => A): Observable<A> =>
    defer(() => {
      const items = itemsNow();
      return items instanceof ApiError ? throwError(() => items) : of(value(items));
    });
  return scriptedVCenter({
    'content.Library.get': () => of({ name: 'templates', type: 'LOCAL' }),
    'content.library.Item.list': () =>
      defer(() => {
        poll += 1;
        return timer(1).pipe(map(() => undefined));
      })
        .pipe(map(() => itemsNow()))
        .pipe(map((items) => (items instanceof ApiError ? [] : items.map(({ id }) => id)))),
    'content.library.Item.get': ({ library_item_id }) => read((items) => items.find(({ id }) => id === library_item_id)),
  });
};

const contents = (...items: readonly ItemModel[]): LibraryContents => ({
  libraryId: 'library-1',
  libraryName: 'templates',
  items: items as LibraryContents['items'],
  unreadable: [],
});

describe('watching a library', () => {
  test('emits its items at once, and again when one has changed: the marble of the docs', () => {
    inVirtualTime(({ expectObservable }) => {
      const vc = scripted([[item('i', '1')], [item('i', '1')], [item('i', '2')]]);
      const values = { a: contents(item('i', '1')), b: contents(item('i', '2')) };
      expectObservable(watchLibrary(vc, 'library-1', { period: 7 }), '------------------!').toBe('-a---------------b', values);
    });
  });

  test('polls every five minutes by default', () => {
    inVirtualTime(({ expectObservable }) => {
      const vc = scripted([[item('i', '1')], [item('i', '2')]]);
      const values = { a: contents(item('i', '1')), b: contents(item('i', '2')) };
      expectObservable(watchLibrary(vc, 'library-1'), '301s !').toBe('-a 299999ms - b', values);
    });
  });

  test('keeps the objects of unchanged items', () => {
    inVirtualTime(({ flush }) => {
      const vc = scripted([
        [item('i', '1'), item('j', '1')],
        [{ ...item('i', '1') }, item('j', '2')],
      ]);
      const emitted: LibraryContents[] = [];
      const subscription = watchLibrary(vc, 'library-1', { period: 7 }).subscribe((value) => emitted.push(value));
      timer(20).subscribe(() => subscription.unsubscribe());
      flush();
      expect(emitted).toHaveLength(2);
      expect(emitted[1]?.items[0]).toBe(emitted[0]?.items[0]);
      expect(emitted[1]?.items[1]).not.toBe(emitted[0]?.items[1]);
    });
  });

  test('errors if there is no such library', () => {
    inVirtualTime(({ expectObservable }) => {
      const error = new ApiError({ operation: 'content.Library.get', status: 404, error_type: 'NOT_FOUND', messages: [] });
      const vc = scriptedVCenter({
        'content.Library.get': () => throwError(() => error),
        'content.library.Item.list': () => NEVER,
      });
      expectObservable(watchLibrary(vc, 'library-1')).toBe('#', {}, error);
    });
  });
});
