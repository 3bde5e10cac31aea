/**
 * Keys of the main view. A key that is typed into a field is the field's.
 *
 * The selected account is the card that has the focus; without one it is the worst.
 */

import { openHistory, perform } from './acts';
import type { AccountView } from './bindings';
import type { Live } from './live.svelte';
import { here, to } from './route.svelte';
import { card } from './say';
import { isWaiting } from './tone';

const CARD = 'article[data-account]';

function cards(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(CARD)];
}

/** Brings a card into view and gives it the focus. */
export function show(id: string): void {
  const card = cards().find((one) => one.dataset['account'] === id);
  card?.focus();
  card?.scrollIntoView?.({ block: 'nearest' });
}

function focused(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>(CARD) ?? null;
}

function selected(live: Live): AccountView | undefined {
  const id = focused()?.dataset['account'] ?? live.snapshot?.worst;
  return id ? live.account(id) : undefined;
}

function move(by: number): void {
  const all = cards();
  const at = all.findIndex((one) => one === focused());
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
  if (next?.dataset['account']) show(next.dataset['account']);
}

function escape(live: Live): void {
  const account = selected(live);
  const waiting = account && isWaiting(account) ? account : live.snapshot?.accounts.find(isWaiting);
  if (waiting) void perform(live, waiting.id, 'cancel');
  else if (live.backend.hideWindow) void live.backend.hideWindow().catch(() => undefined);
}

function onAccount(live: Live, key: string, account: AccountView): boolean {
  switch (key) {
    case 's':
      void perform(live, account.id, 'sign_in');
      return true;
    case 'r':
      void perform(live, account.id, 'refresh');
      return true;
    case 'c':
      if (!live.backend.can.copyToken || !account.valid) return false;
      void perform(live, account.id, 'copy_token');
      return true;
    case 'p':
      if (!live.backend.can.pause) return false;
      if (account.paused) void perform(live, account.id, 'resume');
      else void live.act(account.id, 'pause', () => live.backend.pause(account.id, null));
      return true;
    case 'b':
      if (account.bots.length === 0) return false;
      showBots(account.id);
      return true;
    case 'h':
      if (!live.backend.can.history) return false;
      openHistory(live, account.id);
      return true;
    case 'Enter': {
      // On a button or link inside the card, Enter is that one's.
      const action = document.activeElement?.matches(CARD)
        ? card(account, live.now, live.backend.can).actions[0]
        : undefined;
      if (!action) return false;
      void perform(live, account.id, action.verb);
      return true;
    }
    default:
      return false;
  }
}

/** Its line on the card opens and closes; a card that is folded to one line has its details. */
function showBots(id: string): void {
  const card = cards().find((one) => one.dataset['account'] === id);
  const line = card?.querySelector<HTMLButtonElement>('button.botline');
  if (line) line.click();
  else here.go(to.details(id));
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null;
}

/** True if the key did something here. */
export function key(live: Live, event: KeyboardEvent, help: () => void): boolean {
  if ((event.ctrlKey || event.metaKey) && event.key === ',') {
    if (!live.backend.can.settings) return false;
    if (live.backend.openSettings) void live.backend.openSettings().catch(() => undefined);
    else here.go(to.settings());
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return false;
  if (event.key === 'Escape') {
    escape(live);
    return true;
  }
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    move(event.key === 'ArrowDown' ? 1 : -1);
    return true;
  }
  if (event.key === '/') {
    help();
    return true;
  }
  if (/^[1-9]$/.test(event.key)) {
    const account = live.snapshot?.accounts[Number(event.key) - 1];
    if (account) show(account.id);
    return account !== undefined;
  }
  const account = selected(live);
  return (
    account !== undefined && onAccount(live, event.key.length === 1 ? event.key.toLowerCase() : event.key, account)
  );
}
