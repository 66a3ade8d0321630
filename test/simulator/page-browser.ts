/** A minimal fake browser for the simulator's page: elements with text and attributes, and a timer that a test fires. */

import { createContext, runInContext } from 'node:vm';

/** An element with its visible text. */
export class FakeElement {
  readonly name: string;
  readonly attributes = new Map<string, string>();
  readonly listeners = new Map<string, () => void>();
  nodes: (FakeElement | string)[] = [];
  parent: FakeElement | undefined;
  hidden = false;
  value = '';
  constructor(name: string) {
    this.name = name;
  }
  get textContent(): string {
    return this.nodes.map((node) => (typeof node === 'string' ? node : node.textContent)).join('');
  }
  set textContent(text: string) {
    this.nodes = text === '' ? [] : [text];
  }
  get children(): readonly FakeElement[] {
    return this.nodes.filter((node) => typeof node !== 'string');
  }
  get lastElementChild(): FakeElement | undefined {
    return this.children.at(-1);
  }
  setAttribute(name: string, value: unknown): void {
    this.attributes.set(name, String(value));
  }
  addEventListener(type: string, listener: () => void): void {
    this.listeners.set(type, listener);
  }
  append(...nodes: (FakeElement | string)[]): void {
    this.nodes.push(...this.#adopt(nodes));
  }
  prepend(...nodes: (FakeElement | string)[]): void {
    this.nodes.unshift(...this.#adopt(nodes));
  }
  replaceChildren(...nodes: (FakeElement | string)[]): void {
    this.nodes = this.#adopt(nodes);
  }
  remove(): void {
    if (this.parent !== undefined) this.parent.nodes = this.parent.nodes.filter((node) => node !== this);
  }
  /** Returns all descendants with a tag name. */
  all(name: string): readonly FakeElement[] {
    return this.children.flatMap((child) => [...(child.name === name ? [child] : []), ...child.all(name)]);
  }
  #adopt(nodes: (FakeElement | string)[]): (FakeElement | string)[] {
    for (const node of nodes) if (typeof node !== 'string') node.parent = this;
    return nodes;
  }
}

/** Opens the page in a browser that has only its elements with an id. */
export const openPage = async (send: (path: string, init?: RequestInit) => Promise<Response>) => {
  const html = await (await send('/')).text();
  const elements = new Map(
    [...html.matchAll(/<(\w+)[^>]*\bid="([\w-]+)"/g)].map(([, name = '', id = '']) => [id, new FakeElement(name)]),
  );
  const document = {
    hidden: false,
    createElement: (name: string) => new FakeElement(name),
    getElementById: (id: string) => elements.get(id) ?? null,
  };
  let next: (() => unknown) | undefined;
  const requestedPaths: string[] = [];
  const context = createContext({
    document,
    fetch: async (path: string, init?: RequestInit) => {
      requestedPaths.push(path);
      return send(`/${path}`, init);
    },
    setTimeout: (callback: () => unknown) => (next = callback),
  });
  runInContext(/<script>(.*)<\/script>/s.exec(html)?.[1] ?? '', context);
  /** Waits until the page has scheduled its next poll. */
  const settle = async (): Promise<void> => {
    while (next === undefined) await new Promise((resolve) => setImmediate(resolve));
  };
  await settle();
  return {
    html,
    requestedPaths,
    document,
    element: (id: string): FakeElement => elements.get(id) ?? new FakeElement('missing'),
    /** Fires the timer and waits until the poll is done. */
    tick: async (): Promise<void> => {
      const poll = next;
      next = undefined;
      poll?.();
      await settle();
    },
  };
};
