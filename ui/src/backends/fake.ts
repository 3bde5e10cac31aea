/**
 * A program that is not there, for development and tests: scenes that answer to the buttons.
 *
 * Invariant: it is never in a bundle that is shipped. What this is not: a rehearsal of the rules; it only moves between
 * scenes so that each button is seen to do something.
 */

import {
  Failure,
  noAnswer,
  type AccountField,
  type Backend,
  type Can,
  type Change,
  type NewAccount,
  type SecretInFile,
  type Setting,
  type Settings,
  type SettingValue,
  type Source,
} from '../backend';
import type { AccountView, Snapshot } from '../bindings';
import { account, accounts, findings, problem, scenes, work } from './scenes';

const NOT_SEALED = problem('not_sealed', 'The secret cannot be sealed.', 'Leave it in the file.');
const DEFAULT: Source = { kind: 'default', fixed: false };

function setting(key: string, label: string, help: string, over: Partial<Setting>): Setting {
  return { key, label, help, kind: 'number', value: 0, default: 0, source: DEFAULT, ...over };
}

const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'];

function settings(secrets: SecretInFile[]): Settings {
  const field = (key: string, label: string, help: string, secret = false, required = true) => ({
    key,
    label,
    help,
    secret,
    required,
  });
  const key = field('client_id', 'API key', 'Shown with your app at the broker.');
  const secret = field('client_secret', 'API secret', 'Shown with your app; Daypass keeps it in the keyring.', true);
  const redirect = field('redirect_uri', 'Redirect URI', 'Must be the same as in your app, letter by letter.');
  const user = field('user', 'Your user ID', 'If you enter it, a sign-in by anybody else is refused.', false, false);
  const base = field(
    'base_url',
    'Address of the API',
    'Leave it empty unless you use a proxy or a practice broker.',
    false,
    false,
  );
  const exchanges = field(
    'exchanges',
    'Exchanges',
    'What you trade, such as NSE MCX; reminders go by their hours.',
    false,
    false,
  );
  const stored: AccountField = {
    value: '6f1c2a9e-made-up',
    source: { kind: 'settings', line: 4, text: 'settings.yaml, line 4', fixed: false },
  };
  const fixed: AccountField = {
    value: 'http://localhost:5001/callback',
    source: { kind: 'dotenv', file: '.env', line: 3, text: '.env, line 3', fixed: true },
  };
  return {
    settings: [
      setting('check_every_minutes', 'Check every', 'How often the broker is asked whether the token works.', {
        value: 30,
        default: 30,
        from: 0.02,
        to: 1440,
        unit: 'min',
      }),
      setting(
        'lead_minutes',
        'Refresh before the end',
        'How long before the end a new token is tried for, where that gives a later end.',
        { value: 60, default: 60, from: 0.02, to: 1440, unit: 'min' },
      ),
      setting('attempts', 'Attempts', 'How often a refresh is tried before it is up to you.', {
        kind: 'whole',
        value: 3,
        default: 3,
        from: 1,
        to: 10,
      }),
      setting('green_above_hours', 'Green above', 'Green needs more time left than this, and a yes from the broker.', {
        value: 3,
        default: 3,
        from: 0.0005,
        to: 168,
        unit: 'h',
      }),
      setting('red_below_hours', 'Red below', 'Red begins with less time left than this.', {
        value: 1,
        default: 1,
        from: 0.0003,
        to: 168,
        unit: 'h',
      }),
      setting('sign_in_wait_minutes', 'Sign-in waits', 'How long a sign-in waits for you in the browser.', {
        value: 5,
        default: 5,
        from: 0.05,
        to: 60,
        unit: 'min',
      }),
      setting(
        'open_browser',
        'Open the browser',
        'auto: by itself while somebody is there. ask: only when you press a button.',
        { kind: 'choice', value: 'auto', default: 'auto', choices: ['auto', 'ask'] },
      ),
      setting('quiet_hours', 'Quiet hours', 'Only the icon changes in these hours of this computer’s clock.', {
        kind: 'span',
        value: '22:00-07:00',
        default: '',
        source: { kind: 'settings', line: 2, text: 'settings.yaml, line 2', fixed: false },
      }),
      setting('logging.level', 'Log level', 'How much is written to the log.', {
        kind: 'choice',
        value: 'debug',
        default: 'info',
        choices: LEVELS,
        source: { kind: 'config', file: 'config.yaml', line: 12, text: 'config.yaml, line 12', fixed: true },
      }),
      setting('logging.file', 'Log file', 'Relative to the state folder; a date is added to its name.', {
        kind: 'file',
        value: 'daypass.log',
        default: 'daypass.log',
      }),
      setting(
        'api.enabled',
        'Local HTTP door',
        'Whether the status, refresh and dashboard addresses on 127.0.0.1 are there.',
        { kind: 'flag', value: true, default: true },
      ),
      setting('api.port', 'Port', 'The port of the local HTTP door.', {
        kind: 'whole',
        value: 8000,
        default: 8000,
        from: 1,
        to: 65_535,
      }),
    ],
    brokers: [
      {
        id: 'upstox',
        name: 'Upstox',
        habit: 'Ends every token at 03:30 India time and cannot renew it: one sign-in per trading day.',
        console: 'https://account.upstox.com/developer/apps',
        fields: [key, secret, redirect, user, base, exchanges],
      },
      {
        id: 'oauth2',
        name: 'Another broker (OAuth2)',
        habit: 'Renews by itself where the broker allows it.',
        console: null,
        fields: [
          key,
          secret,
          redirect,
          field('authorize_url', 'Authorize URL', 'Where people sign in.'),
          field('token_url', 'Token URL', 'Where codes are exchanged.'),
          user,
          exchanges,
        ],
      },
    ],
    accounts: { upstox: { client_id: stored, redirect_uri: fixed } },
    secrets_in_files: secrets,
    folders: {
      config: '/home/trader/.config/daypass',
      data: '/home/trader/.local/share/daypass',
      state: '/home/trader/.local/state/daypass',
      runtime: '/run/user/1000/daypass',
    },
  };
}

export class FakeBackend implements Backend {
  readonly can: Can;
  /** What was asked for, in order. */
  readonly calls: [string, ...unknown[]][] = [];
  #snapshot: Snapshot;
  readonly #settings: Settings;
  #tell: ((change: Change) => void) | undefined;
  #autostart = true;
  readonly #scene: string;

  constructor(
    scene: string,
    can: Can = { settings: true, accounts: true, copyToken: true, signOut: true, paste: true, unlock: true },
  ) {
    this.#scene = scene;
    const lies: SecretInFile = { account: 'upstox', where: '.env line 4', kept: false };
    this.#settings = settings(scene === 'secret_in_file' ? [lies] : []);
    const dashboard = new URLSearchParams(location.search).has('dashboard');
    this.can = dashboard
      ? { settings: false, accounts: false, copyToken: false, signOut: false, paste: false, unlock: false }
      : can;
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
    return this.#did('changeSettings', changes);
  }

  putAccount(added: NewAccount): Promise<void> {
    const id = added.id ?? added.broker;
    const known = this.#snapshot.accounts.find((one) => one.id === id);
    const view = known
      ? { ...known, label: added.label }
      : { ...accounts.never(), id, label: added.label, broker: added.broker };
    const all = known
      ? this.#snapshot.accounts.map((one) => (one.id === id ? view : one))
      : [...this.#snapshot.accounts, view];
    this.push({ ...this.#snapshot, accounts: all, worst: this.#snapshot.worst ?? id });
    return this.#did('putAccount', added);
  }

  removeAccount(id: string): Promise<void> {
    const all = this.#snapshot.accounts.filter((one) => one.id !== id);
    this.push({ ...this.#snapshot, accounts: all, worst: all[0]?.id ?? null });
    return this.#did('removeAccount', id);
  }

  keepSecret(id: string): Promise<void> {
    if (this.#snapshot.vault.kind === 'memory') return Promise.reject(new Failure('failed', NOT_SEALED));
    for (const one of this.#settings.secrets_in_files ?? []) if (one.account === id) one.kept = true;
    return this.#did('keepSecret', id);
  }

  unlock(): Promise<void> {
    this.push({ ...this.#snapshot, accounts: [accounts.valid()], vault: { kind: 'keyring', problem: null } });
    return this.#did('unlock');
  }

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
