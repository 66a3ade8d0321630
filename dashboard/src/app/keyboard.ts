/** The keyboard shortcuts of the page. */

/** What the keys do, for the help. */
export const SHORTCUTS: readonly { readonly keys: readonly string[]; readonly action: string }[] = [
  { keys: ['/'], action: 'Go to the filter of the list' },
  { keys: ['j'], action: 'Go to the next row' },
  { keys: ['k'], action: 'Go to the previous row' },
  { keys: ['e'], action: 'Export the item of the row' },
  { keys: ['p'], action: 'Pause or resume the export of the row' },
  { keys: ['r'], action: 'Retry the export of the row' },
  { keys: ['c'], action: 'Go to the button that cancels the export of the row' },
  { keys: ['x'], action: 'Go to the button that removes or deletes the row' },
  { keys: ['g', 'e'], action: 'Show the exports' },
  { keys: ['g', 'l'], action: 'Show the libraries' },
  { keys: ['g', 's'], action: 'Show the download sessions' },
  { keys: ['g', 'm'], action: 'Show the mirrors' },
  { keys: ['g', 'f'], action: 'Show the fleet' },
  { keys: ['g', ','], action: 'Show the settings' },
  { keys: ['?'], action: 'Show the keyboard shortcuts' },
  { keys: ['Esc'], action: 'Leave the filter, or close a dialog' },
];

/** What a handler of keys calls. */
export interface KeyActions {
  /** False if the user has switched the shortcuts off. */
  readonly isEnabled: () => boolean;
  /** Called with the key that follows `g`. */
  readonly go: (key: string) => void;
  readonly help: () => void;
}

/** Keys that only focus their button, because their action loses something. */
const CAREFUL = new Set(['c', 'x']);

/**
 * Creates a listener of `keydown`. Keys of a row press the button of the focused row that has the key as its `aria-keyshortcuts`. Keys with
 * a modifier, and those in a text field or a dialog, are left alone.
 */
export const createKeyListener = ({ isEnabled, go, help }: KeyActions): ((event: KeyboardEvent) => void) => {
  let isAfterG = false;
  const press = (key: string): boolean => {
    const wasAfterG = isAfterG;
    isAfterG = false;
    if (wasAfterG) {
      go(key);
      return true;
    }
    switch (key) {
      case 'g':
        isAfterG = true;
        return true;
      case '?':
        help();
        return true;
      case '/':
        return focus(document.querySelector<HTMLElement>('input[type="search"]'));
      case 'j':
        return focusRow(1);
      case 'k':
        return focusRow(-1);
      default:
        return pressInRow(key);
    }
  };
  return (event) => {
    const { key, target, ctrlKey, metaKey, altKey, isComposing } = event;
    if (!isEnabled() || ctrlKey || metaKey || altKey || isComposing || ['Shift', 'CapsLock'].includes(key)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    if (target instanceof HTMLInputElement && !['checkbox', 'radio'].includes(target.type)) {
      if (key === 'Escape' && target.type === 'search') (rows()[0] ?? target).focus();
      return;
    }
    if (press(key)) event.preventDefault();
  };
};

const rows = (): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-row]')];

const focus = (element: HTMLElement | null | undefined): boolean => {
  element?.focus();
  return element !== null && element !== undefined;
};

const focusedRow = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>('[data-row]') ?? null;

const focusRow = (step: number): boolean => {
  const all = rows();
  const current = focusedRow();
  const index = current === null ? (step > 0 ? 0 : all.length - 1) : all.indexOf(current) + step;
  return focus(all[index]);
};

const pressInRow = (key: string): boolean => {
  const buttons = focusedRow()?.querySelectorAll<HTMLButtonElement>('button[aria-keyshortcuts]:enabled') ?? [];
  const button = [...buttons].find((each) => each.getAttribute('aria-keyshortcuts') === key);
  if (button === undefined) return false;
  if (CAREFUL.has(key)) button.focus();
  else button.click();
  return true;
};
