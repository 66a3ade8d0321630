/** As much of a browser as the simulator's page needs: elements with texts and attributes, and a clock that a test winds. */

import { createContext, runInContext } from 'node:vm';

/** An element, which shows its text as a reader sees it. */
export class FakeElement {
  readonly name: string;
  readonly attributes = new Map<string, string>();
  readonly listeners = new Map<string, () => void>();
  nodes: (FakeElement | string)[] = [];
  parent: FakeElement | undefined;
  hidden = false;
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
  /** All elements of a name in it. */
  all(name: string): readonly FakeElement[] {
    return this.children.flatMap((child) => [...(child.name === name ? [child] : []), ...child.all(name)]);
  }
  #adopt(nodes: (FakeElement | string)[]): (FakeElement | string)[] {
    for (const node of nodes) if (typeof node !== 'string') node.parent = this;
    return nodes;
  }
}

/** Opens a page in a browser that has its elements with an id, and nothing else of it. */
export const openPage = async (send: (path: string) => Promise<Response>) => {
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
  const asked: string[] = [];
  const context = createContext({
    document,
    fetch: async (path: string) => {
      asked.push(path);
      return send(`/${path}`);
    },
    setTimeout: (callback: () => unknown) => (next = callback),
  });
  runInContext(/<script>(.*)<\/script>/s.exec(html)?.[1] ?? '', context);
  /** Lets the page do what it does until it waits for its next look. */
  const settle = async (): Promise<void> => {
    while (next === undefined) await new Promise((resolve) => setImmediate(resolve));
  };
  await settle();
  return {
    html,
    asked,
    document,
    element: (id: string): FakeElement => elements.get(id) ?? new FakeElement('missing'),
    /** Waits until the page looks again, and has looked. */
    tick: async (): Promise<void> => {
      const look = next;
      next = undefined;
      look?.();
      await settle();
    },
  };
};
