/** Reads numbers from the sources: defaults of options, and constants. */

import ts from 'typescript';
import { read } from './markdown.ts';

const parse = (file: string): ts.SourceFile => ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);

const descendants = (node: ts.Node): readonly ts.Node[] => {
  const nodes = [node];
  node.forEachChild((child) => void nodes.push(...descendants(child)));
  return nodes;
};

/** Returns what `@default` states of a field of an interface, without quotes, and without underscores in numbers. */
export const defaultOf = (file: string, type: string, field: string): string => {
  const tags = descendants(parse(file)).flatMap((node) =>
    ts.isPropertySignature(node) &&
    node.name.getText() === field &&
    ts.isInterfaceDeclaration(node.parent) &&
    node.parent.name.text === type
      ? ts.getJSDocTags(node).filter(({ tagName }) => tagName.text === 'default')
      : [],
  );
  const [tag] = tags;
  if (tag === undefined) throw new Error(`${file}: no @default of ${type}.${field}`);
  return (ts.getTextOfJSDocComment(tag.comment) ?? '').replaceAll('`', '').replaceAll(/(?<=\d)_(?=\d)/g, '');
};

const evaluate = (node: ts.Node, constants: ReadonlyMap<string, number>): number | undefined => {
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isIdentifier(node)) return constants.get(node.text);
  if (ts.isBinaryExpression(node)) {
    const [left, right] = [evaluate(node.left, constants), evaluate(node.right, constants)];
    if (left !== undefined && right !== undefined && node.operatorToken.kind === ts.SyntaxKind.AsteriskToken) return left * right;
  }
  return undefined;
};

/** Returns every number that a file contains, products included. */
export const numbersIn = (file: string): ReadonlySet<number> => {
  const nodes = descendants(parse(file));
  const constants = new Map<string, number>();
  for (const node of nodes) {
    if (!ts.isVariableDeclaration(node) || !ts.isIdentifier(node.name) || node.initializer === undefined) continue;
    const value = evaluate(node.initializer, constants);
    if (value !== undefined) constants.set(node.name.text, value);
  }
  return new Set(nodes.flatMap((node) => evaluate(node, constants) ?? []));
};
