/** The dialog that lists the keyboard shortcuts. */

import { ChangeDetectionStrategy, Component, signal, viewChild, type ElementRef } from '@angular/core';
import { SHORTCUTS } from './keyboard.ts';
import { readPreference, writePreference } from './preferences.ts';

@Component({
  selector: 'app-help-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <dialog #dialog aria-labelledby="shortcuts">
      <h2 id="shortcuts">Keyboard shortcuts</h2>
      <dl class="keys">
        @for (shortcut of shortcuts; track shortcut.action) {
          <div>
            <dt>
              @for (key of shortcut.keys; track key) {
                <kbd>{{ key }}</kbd>
              }
            </dt>
            <dd>{{ shortcut.action }}</dd>
          </div>
        }
      </dl>
      <div class="line">
        <label class="check">
          <input type="checkbox" [checked]="isEnabled()" (change)="toggle()" />
          Use shortcuts
        </label>
        <span class="actions"><button type="button" class="primary" autofocus (click)="dialog.close()">Close</button></span>
      </div>
    </dialog>
  `,
})
export class HelpDialog {
  readonly shortcuts = SHORTCUTS;
  readonly isEnabled = signal(readPreference('shortcuts') !== 'off');
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');

  open(): void {
    this.dialog().nativeElement.showModal();
  }

  /** Switches the shortcuts off or on: programs that enter text by speech press single keys. */
  toggle(): void {
    this.isEnabled.update((value) => !value);
    writePreference('shortcuts', this.isEnabled() ? 'on' : 'off');
  }
}
