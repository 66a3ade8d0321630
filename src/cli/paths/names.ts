/** Matches names as a person types them: as they are, with the escapes `%2F` and `%25`, in any Unicode normal form, or as a pattern. */

import picomatch from 'picomatch';

/** Returns what a part of a path may mean, most literal first: the text itself, then with its escapes decoded. */
export const readingsOf = (part: string): readonly string[] => [...new Set([part, decodeEscapes(part)])];

const decodeEscapes = (text: string): string => text.replaceAll(/%(2f|25)/gi, (_, code) => (code === '25' ? '%' : '/'));

/** Returns true if two names consist of the same characters, composed or not. */
export const isSameText = (a: string, b: string): boolean => a.normalize() === b.normalize();

/** Returns true if another text may consist of the same characters. */
export const hasOtherForms = (text: string): boolean => /\P{ASCII}/u.test(text);

/**
 * Returns a predicate for `files` of a download that selects the file names that a part of a path means: the one that is exactly so;
 * else the one with the same characters; else those that match the part as a pattern.
 */
export const fileSelector =
  (part: string) =>
  (name: string, _index: number, names: readonly string[]): boolean =>
    selectNames(part, names).has(name);

/** Returns those of the files, items or libraries that a part of a path means, by the rules of {@link fileSelector}. */
export const selectByName = <A extends { readonly name: string }>(named: readonly A[], part: string): readonly A[] => {
  const selected = selectNames(
    part,
    named.map(({ name }) => name),
  );
  return named.filter(({ name }) => selected.has(name));
};

/** Returns the names that a part of a path means: those of the first rule that any name follows. */
const selectNames = (part: string, names: readonly string[]): ReadonlySet<string> => {
  const readings = readingsOf(part);
  const rules = [
    ...readings.map((reading) => (name: string) => name === reading),
    ...readings.map((reading) => (name: string) => isSameText(name, reading)),
    ...readings.map(globMatcher),
  ];
  const rule = rules.find((matches) => names.some(matches)) ?? (() => false);
  return new Set(names.filter(rule));
};

/** Returns true if a part of a path may be a pattern. */
export const isPattern = (part: string): boolean => /[*?[{]/.test(part);

/** Placeholders of characters that picomatch would treat as separators, groups, ends of lines, or as two characters. */
const placeholders = new Map<string, string>();

const FIRST_PLACEHOLDER = 0xe0_00;
const MAX_PLACEHOLDERS = 6400;

const placeholderOf = (character: string): string => {
  const known = placeholders.get(character) ?? String.fromCharCode(FIRST_PLACEHOLDER + (placeholders.size % MAX_PLACEHOLDERS));
  placeholders.set(character, known);
  return known;
};

const withPlaceholders = (text: string): string =>
  text.normalize().replaceAll(/[/\\\n\r()|+@\u{10000}-\u{10ffff}]/gu, placeholderOf);

/** Returns a predicate that matches names against a pattern with `*`, `?`, `[abc]` and `{one,other}`. */
export const globMatcher = (pattern: string): ((name: string) => boolean) => {
  const matches = picomatch(withPlaceholders(pattern), {
    dot: true,
    nonegate: true,
    noextglob: true,
    windows: false,
  });
  return (name) => matches(withPlaceholders(name));
};
