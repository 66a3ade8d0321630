/** The places of items in a target, for libraries of any names. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mirror, vcenter } from 'rx-content-library';
import { createSimulator, type InventoryItem } from 'rx-content-library/simulator';
import { collectValues } from '../support/collect.ts';
import { memoryTarget } from '../support/memory-target.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';

const itemOf = (name: string, id: string, contentVersion = '1'): InventoryItem => ({
  name,
  id,
  contentVersion,
  files: [{ name: 'a.iso', content: id }],
});

const mirrorTo = async (target: ReturnType<typeof memoryTarget>, items: readonly InventoryItem[], isDeleting = false) => {
  const inventory = { libraries: [{ name: 'l', id: 'library-1', items }] };
  const { fetch } = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
  const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch });
  return collectValues(mirror(vc, 'library-1', target, { delete: isDeleting }));
};

const placesOf = (target: ReturnType<typeof memoryTarget>) =>
  Object.fromEntries([...target.items].map(([place, { manifest }]) => [manifest.itemId, place]));

describe('the place of an item', () => {
  test('is its name', async () => {
    const target = memoryTarget();
    await mirrorTo(target, [itemOf('Ubuntu 24.04 LTS', 'i1'), itemOf('数据', 'i2')]);
    expect(placesOf(target)).toEqual({ i1: 'Ubuntu 24.04 LTS', i2: '数据' });
  });

  test.each(['..', 'a/b', 'a\\b', 'NUL', '.hidden', 'c:', 'dot.', 'line\nbreak', ''])(
    'has its id if a name such as %j is not safe on every system',
    async (name) => {
      const target = memoryTarget();
      await mirrorTo(target, [itemOf(name, 'i1')]);
      expect(placesOf(target)['i1']).toMatch(/^[a-zA-Z-]*~i1$/);
    },
  );

  test('has its id if another item has the same name on a disk that ignores case', async () => {
    const target = memoryTarget();
    await mirrorTo(target, [itemOf('debian', 'i1'), itemOf('Debian', 'i2'), itemOf('other', 'i3')]);
    expect(placesOf(target)).toEqual({ i1: 'debian~i1', i2: 'Debian~i2', i3: 'other' });
  });

  test('has its id if the name ends like a place with the id of another item', async () => {
    const target = memoryTarget();
    await mirrorTo(target, [itemOf('a', 'i0'), itemOf('a~i0', 'i1'), itemOf('a', 'i2')]);
    expect(placesOf(target)).toEqual({ i0: 'a~i0', i1: 'a-i0~i1', i2: 'a~i2' });
  });

  test('is not that of an item that is gone and was not removed', async () => {
    const target = memoryTarget();
    await mirrorTo(target, [itemOf('debian', 'i1')]);
    await mirrorTo(target, [itemOf('debian', 'i2')]);
    expect(placesOf(target)).toEqual({ i1: 'debian', i2: 'debian~i2' });
    await mirrorTo(target, [itemOf('debian', 'i2')], true);
    expect(placesOf(target)).toEqual({ i2: 'debian' });
  });

  test('stays when two items exchange their names', async () => {
    const target = memoryTarget();
    await mirrorTo(target, [itemOf('a', 'i1'), itemOf('b', 'i2')]);
    await mirrorTo(target, [itemOf('b', 'i1'), itemOf('a', 'i2')]);
    expect(placesOf(target)).toEqual({ i1: 'a', i2: 'b' });
  });
});

test('any names and any changes end with every item in a place of its own', async () => {
  const name = fc.oneof(fc.constantFrom('a', 'A', 'b', '.', '~', 'a~i0', 'a~i1', 'é', 'é'), fc.string({ maxLength: 6 }));
  const library = fc.array(fc.record({ name, version: fc.constantFrom('1', '2') }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(library, library, fc.boolean(), async (before, after, isDeleting) => {
      const target = memoryTarget();
      const itemsOf = (models: typeof before) => models.map(({ name, version }, index) => itemOf(name, `i${index}`, version));
      await mirrorTo(target, itemsOf(before));
      await mirrorTo(target, itemsOf(after), isDeleting);
      const versions = new Map([...target.items.values()].map(({ manifest }) => [manifest.itemId, manifest.contentVersion]));
      for (const { id = '', contentVersion } of itemsOf(after)) expect(versions.get(id)).toBe(contentVersion);
      const kept = isDeleting ? after.length : Math.max(before.length, after.length);
      expect(target.items.size).toBe(kept);
    }),
    { numRuns: 40 },
  );
});
