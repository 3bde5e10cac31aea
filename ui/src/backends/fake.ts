/**
 * A program that is not there, for development and tests: scenes that answer to the buttons.
 *
 * Invariant: it is never in a bundle that is shipped. What this is not: a rehearsal of the rules; it only moves between
 * scenes so that each button is seen to do something.
 */

import {
  EVERYTHING,
  Failure,
  IN_SESSION,
  noAnswer,
  NOTHING_MORE,
  type Backend,
  type BotKey,
  type Can,
  LOG_LEVELS,
  type Change,
  type DashboardSession,
  type ExportFormat,
  type SettingValue,
} from '../backend';
import type { AccountView, LogLine, LogQuery, NewAccount, NewKey, SecretInFile, Settings, Snapshot } from '../bindings';
import { account, accounts, findings, problem, scenes, work } from './scenes';
import { keys } from './scenes/bots';
import { past } from './scenes/history';
import { logLines } from './scenes/log';
import { entered } from './scenes/outlets';
import { settings } from './scenes/settings';

const AGAIN = 'Make another one with `daypass dashboard`.';
const NOT_SEALED = problem('not_sealed', 'The secret cannot be sealed.', 'Leave it in the file.');
export class FakeBackend implements Backend {
  readonly can: Can;
  readonly session: DashboardSession | undefined;
  readonly keyStays: boolean = false;
  /** What was asked for, in order. */
  readonly calls: [string, ...unknown[]][] = [];
  #snapshot: Snapshot;
  readonly #settings: Settings;
  #tell: ((change: Change) => void) | undefined;
  #autostart = true;
  #keys: BotKey[];
  readonly #scene: string;

  constructor(scene: string, can: Can = EVERYTHING) {
    this.#scene = scene;
    this.#keys = scene.startsWith('bots') ? keys() : [];
    const lies: SecretInFile = { account: 'upstox', key: 'client_secret', where: '.env line 4', kept: false };
    this.#settings = settings(scene === 'secret_in_file' ? [lies] : [], scene === 'outlets' ? entered() : {});
    const dashboard = new URLSearchParams(location.search).get('dashboard');
    const open = dashboard === 'session' || dashboard === 'ended';
    this.can = dashboard === null ? can : open ? IN_SESSION : NOTHING_MORE;
    if (dashboard !== null) {
      const spent = problem('spent_link', 'This link has been used, or is older than two minutes.', AGAIN);
      this.session = {
        open,
        refused: dashboard === 'spent' ? spent : null,
        follow: (tell) => {
          if (dashboard === 'ended') tell(true);
          return () => undefined;
        },
        end: () => this.#did('endSession'),
      };
      this.keyStays = true;
    }
    if (scene === 'slow') {
      const never = () => new Promise<never>(() => undefined);
      this.probe = this.lookAround = this.history = this.log = this.keys = this.changeSettings = never;
    }
    this.#snapshot = (
      scenes[scene] ??
      scenes['calm'] ??
      (() => {
        throw noAnswer();
      })
    )();
  }

  snapshot = () =>
    this.#scene === 'loading'
      ? new Promise<Snapshot>(() => undefined)
      : this.#scene === 'nobody'
        ? Promise.reject(noAnswer())
        : Promise.resolve(this.#snapshot);

  changes(tell: (change: Change) => void): () => void {
    this.#tell = tell;
    if (this.#scene === 'offline')
      setTimeout(() => {
        tell({ lost: { retryAt: Date.now() + 30_000 } });
      }, 50);
    return () => {
      this.#tell = undefined;
    };
  }

  reconnect = () => undefined;

  /** Shows another snapshot, as if something had happened. */
  push(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#tell?.({ snapshot });
  }

  #did(...call: [string, ...unknown[]]): Promise<void> {
    this.calls.push(call);
    return Promise.resolve();
  }

  #change(id: string, over: Partial<AccountView>): void {
    const all = this.#snapshot.accounts.map((one) => (one.id === id ? { ...one, ...over } : one));
    this.push({ ...this.#snapshot, accounts: all });
  }

  signIn(id: string): Promise<void> {
    if (this.#scene === 'port_taken') {
      const trouble =
        this.#snapshot.accounts[0]?.trouble ?? problem('port_taken', 'The port is taken.', 'Close it first.');
      return Promise.reject(new Failure('cannot_start', trouble));
    }
    const since = (Date.parse(this.#snapshot.now) - Date.parse(account().day.starts)) / 3_600_000;
    this.#change(id, { standing: 'working', trouble: null, work: work('waiting_for_browser', since, 5) });
    return this.#did('signIn', id);
  }

  cancel(id: string): Promise<void> {
    const before = scenes[this.#scene]?.().accounts.find((one) => one.id === id) ?? accounts.signed_out();
    this.#change(id, before.standing === 'working' ? { ...accounts.signed_out(), id, label: before.label } : before);
    return this.#did('cancel', id);
  }

  paste = (id: string, address: string) => this.#did('paste', id, address);
  refresh = (id: string) => this.#did('refresh', id);
  probe = (id: string) => this.#did('probe', id);

  lookAround(id: string): Promise<void> {
    const known = this.#snapshot.accounts.find((one) => one.id === id)?.check;
    this.#change(id, { check: { at: this.#snapshot.now, findings: known?.findings ?? findings() } });
    return this.#did('lookAround', id);
  }

  copyToken = (id: string) => this.#did('copyToken', id);

  signOut(id: string): Promise<void> {
    const { label } = this.#snapshot.accounts.find((one) => one.id === id) ?? accounts.valid();
    this.#change(id, { ...accounts.signed_out(), id, label });
    return this.#did('signOut', id);
  }

  pause(id: string, until: string | null): Promise<void> {
    this.#change(id, { standing: 'paused', paused: { until } });
    return this.#did('pause', id, until);
  }

  resume(id: string): Promise<void> {
    this.#change(id, { standing: 'valid', paused: null });
    return this.#did('resume', id);
  }

  settings = () => Promise.resolve(structuredClone(this.#settings));

  changeSettings(changes: Record<string, SettingValue>): Promise<void> {
    for (const one of this.#settings.settings) {
      const value = changes[one.key];
      if (value !== undefined)
        Object.assign(one, { value, source: { kind: 'settings', text: 'settings.yaml', fixed: false } });
    }
    for (const key of Object.keys(changes)) {
      const [, id, kind] = /^accounts\.([^.]+)\.outlets\.([^.]+)$/.exec(key) ?? [];
      const known = this.#snapshot.accounts.find((one) => one.id === id);
      if (known) this.#change(known.id, { outlets: known.outlets.filter((outlet) => outlet.kind !== kind) });
    }
    return this.#did('changeSettings', changes);
  }

  putAccount(added: NewAccount): Promise<string> {
    const id = added.id ?? added.broker;
    const known = this.#snapshot.accounts.find((one) => one.id === id);
    const view = known
      ? { ...known, label: added.label }
      : { ...accounts.never(), id, label: added.label, broker: added.broker };
    const all = known
      ? this.#snapshot.accounts.map((one) => (one.id === id ? view : one))
      : [...this.#snapshot.accounts, view];
    this.push({ ...this.#snapshot, accounts: all, worst: this.#snapshot.worst ?? id });
    void this.#did('putAccount', added);
    return Promise.resolve(id);
  }

  removeAccount(id: string): Promise<void> {
    const all = this.#snapshot.accounts.filter((one) => one.id !== id);
    this.push({ ...this.#snapshot, accounts: all, worst: all[0]?.id ?? null });
    return this.#did('removeAccount', id);
  }

  keepSecret(id: string): Promise<void> {
    if (this.#snapshot.vault.kind === 'memory') return Promise.reject(new Failure('failed', NOT_SEALED));
    for (const one of this.#settings.secrets_in_files) if (one.account === id) one.kept = true;
    return this.#did('keepSecret', id);
  }

  unlock(): Promise<void> {
    this.push({ ...this.#snapshot, accounts: [accounts.valid()], vault: { kind: 'keyring', problem: null } });
    return this.#did('unlock');
  }

  keys = () => Promise.resolve(this.#keys);

  makeKey(wanted: NewKey): Promise<BotKey> {
    const key = { ...wanted, id: `made${this.#keys.length}`, made_at: this.#snapshot.now, last_used_at: null };
    this.#keys = [...this.#keys, key];
    void this.#did('makeKey', wanted);
    return Promise.resolve(key);
  }

  revokeKey(id: string): Promise<void> {
    this.#keys = this.#keys.filter((key) => key.id !== id);
    return this.#did('revokeKey', id);
  }

  history = (id: string) =>
    this.#scene === 'history_failed'
      ? Promise.reject(noAnswer())
      : Promise.resolve(past(this.#scene, id, this.#snapshot));

  exportHistory(id: string, since: string, format: ExportFormat): Promise<string> {
    void this.#did('exportHistory', id, since, format);
    return Promise.resolve(`/home/asha/Downloads/daypass-history-${id}-2026-11-19.${format}`);
  }

  log({ level, text, limit }: Required<LogQuery>): Promise<LogLine[]> {
    const ranks: string[] = [...LOG_LEVELS];
    const loud = (line: LogLine) => ranks.indexOf(line.level) <= ranks.indexOf(level);
    const said = (line: LogLine) => line.text.toLowerCase().includes(text.toLowerCase());
    return Promise.resolve(
      logLines()
        .filter((line) => loud(line) && said(line))
        .slice(0, limit),
    );
  }

  report = () => Promise.resolve('Daypass 0.1.0 on linux x86_64\n');
  testNotification = () => this.#did('testNotification');

  addPractice(): Promise<string> {
    const view = { ...accounts.never(), id: 'practice', label: 'Practice', practice: true };
    this.push({ ...this.#snapshot, accounts: [...this.#snapshot.accounts, view], worst: 'practice' });
    void this.#did('addPractice');
    return Promise.resolve('practice');
  }

  openUrl = (url: string) => this.#did('openUrl', url);
  hideWindow = () => this.#did('hideWindow');
  quit = () => this.#did('quit');
  autostart = () => Promise.resolve(this.#autostart);

  setAutostart(on: boolean): Promise<boolean> {
    this.#autostart = on;
    void this.#did('setAutostart', on);
    return Promise.resolve(on);
  }
}
