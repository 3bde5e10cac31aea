/**
 * The window's way in: commands of the desktop app, and the snapshots that it pushes.
 *
 * Invariant: an account is always named by its id, and no answer holds a token. What this is not: anything that a page
 * in a browser could use.
 */

import { invoke, type InvokeArgs } from '@tauri-apps/api/core';
import type { UnlistenFn } from '@tauri-apps/api/event';
import { getCurrentWebviewWindow } from '@tauri-apps/api/webviewWindow';
import {
  asFailure,
  EVERYTHING,
  type Backend,
  type BotKey,
  type Change,
  type ExportFormat,
  type SettingValue,
} from '../backend';
import type { History, LogLine, LogQuery, NewAccount, NewKey, Settings, Snapshot } from '../bindings';

async function call<T>(command: string, args?: InvokeArgs): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (thrown) {
    throw asFailure(thrown);
  }
}

/**
 * An event until it is stopped, even if it is stopped before the listener is there. What is meant for another window is
 * not heard.
 */
function hear<T>(event: string, tell: (payload: T) => void): () => void {
  const listening: Promise<UnlistenFn> = getCurrentWebviewWindow().listen<T>(event, ({ payload }) => {
    tell(payload);
  });
  return () => {
    void listening.then((stop) => {
      stop();
    });
  };
}

export class TauriBackend implements Backend {
  readonly can = EVERYTHING;

  snapshot = () => call<Snapshot>('snapshot');
  changes = (tell: (change: Change) => void) =>
    hear<Snapshot>('snapshot', (snapshot) => {
      tell({ snapshot });
    });
  onShowAccount = (tell: (account: string) => void) => hear<string>('show_account', tell);

  signIn = (account: string) => call<undefined>('sign_in', { account });
  cancel = (account: string) => call<undefined>('cancel', { account });
  paste = (account: string, address: string) => call<undefined>('paste', { account, address });
  refresh = (account: string) => call<undefined>('refresh', { account });
  probe = (account: string) => call<undefined>('probe', { account });
  lookAround = (account: string) => call<undefined>('look_around', { account });
  signOut = (account: string) => call<undefined>('sign_out', { account });
  pause = (account: string, until: string | null) => call<undefined>('pause', { account, until });
  resume = (account: string) => call<undefined>('resume', { account });
  copyToken = (account: string) => call<undefined>('copy_token', { account });

  settings = () => call<Settings>('settings');
  changeSettings = (changes: Record<string, SettingValue>) => call<undefined>('change_settings', { changes });
  putAccount = (account: NewAccount) => call<string>('put_account', { account });
  removeAccount = (account: string) => call<undefined>('remove_account', { account });
  keepSecret = (account: string) => call<undefined>('keep_secret', { account });
  unlock = () => call<undefined>('unlock');
  keys = () => call<BotKey[]>('keys');
  async makeKey(key: NewKey, signal?: AbortSignal): Promise<BotKey> {
    const made = await call<BotKey>('make_key', { key });
    if (signal?.aborted === true) await this.revokeKey(made.id);
    signal?.throwIfAborted();
    return made;
  }

  revokeKey = (id: string) => call<undefined>('revoke_key', { id });
  history = (account: string, since: string) => call<History>('history', { account, since });
  exportHistory = (account: string, since: string, format: ExportFormat) =>
    call<string>('export_history', { account, since, format });
  log = (wanted: LogQuery) => call<LogLine[]>('log', { wanted });
  report = () => call<string>('report');
  testNotification = () => call<undefined>('test_notification');
  addPractice = () => call<string>('add_practice');

  openUrl = (url: string) => call<undefined>('open_link', { url });
  openSettings = () => call<undefined>('open_settings');
  openHistory = (account: string) => call<undefined>('open_history', { account });
  hideWindow = () => call<undefined>('hide_window');
  painted = (milliseconds: number) => call<undefined>('painted', { milliseconds });
  quit = () => call<undefined>('quit');
  autostart = () => call<boolean>('autostart');
  setAutostart = (on: boolean) => call<boolean>('set_autostart', { on });
}
