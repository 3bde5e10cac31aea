/**
 * The dashboard's way in: the local HTTP door of the same origin.
 *
 * Invariant: the line comes back by itself, with growing pauses, and whoever listens knows when it is down. What this is
 * not: a way to a token. Without a session it is no way to settings, accounts and keys either; the door refuses those.
 */

import {
  Failure,
  IN_SESSION,
  noAnswer,
  NOTHING_MORE,
  type Backend,
  type BotKey,
  type Can,
  type Change,
  type ExportFormat,
  type SettingValue,
} from '../backend';
import type {
  History,
  LogLine,
  LogQuery,
  NewAccount,
  NewKey,
  Refreshing,
  Settings,
  SignIn,
  Snapshot,
} from '../bindings';
import { copyText } from '../clipboard';
import { words } from '../words';
import { saveFile } from './file';
import { ask, type Question } from './request';
import { Session } from './session';

/** The first pause after the line is lost; each further one is twice as long. */
export const FIRST_PAUSE = 1000;
/** No pause is longer: somebody may be looking at the page. */
export const LONGEST_PAUSE = 30_000;
/** As many lines of the ledger as a page can draw; a file gets all of them. */
const LINES = 3_000;
const ALL_LINES = 10_000_000;

/** Here the page is in the person's browser already, so the page opens the sign-in and the program does not. */
const HERE = { browser: 'no' };

export class HttpBackend implements Backend {
  readonly can: Can;
  readonly session: Session | undefined;
  readonly keyStays = true;
  #retry: (() => void) | undefined;

  constructor(session?: Session) {
    this.session = session;
    this.can = session?.open ? IN_SESSION : NOTHING_MORE;
  }

  snapshot = (signal?: AbortSignal) => ask<Snapshot>('/api/snapshot', { signal });

  changes(tell: (change: Change) => void): () => void {
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pause = FIRST_PAUSE;
    const open = () => {
      clearTimeout(timer);
      source?.close();
      const opened = new EventSource('/api/events');
      source = opened;
      opened.addEventListener('snapshot', (event: MessageEvent<string>) => {
        pause = FIRST_PAUSE;
        tell({ snapshot: JSON.parse(event.data) as Snapshot });
      });
      opened.addEventListener('open', () => this.session?.lookAgain());
      // The browser's own retry knows no back-off and gives up on a refusal: the line is opened anew instead.
      opened.addEventListener('error', () => {
        if (source !== opened) return;
        opened.close();
        timer = setTimeout(open, pause);
        tell({ lost: { retryAt: Date.now() + pause } });
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      });
    };
    this.#retry = () => {
      pause = FIRST_PAUSE;
      open();
    };
    open();
    return () => {
      this.#retry = undefined;
      clearTimeout(timer);
      source?.close();
      source = undefined;
    };
  }

  reconnect(): void {
    this.#retry?.();
  }

  async signIn(account: string, signal?: AbortSignal): Promise<void> {
    const { sign_in_url } = await ask<SignIn>(of(account, 'sign-in'), { method: 'POST', body: HERE, signal });
    await this.openUrl(sign_in_url);
  }

  async refresh(account: string, signal?: AbortSignal): Promise<void> {
    const answer = await ask<Refreshing | null>(of(account, 'refresh'), { method: 'POST', body: HERE, signal });
    if (answer?.sign_in_url !== undefined) await this.openUrl(answer.sign_in_url);
  }

  cancel = (account: string) => ask<undefined>(of(account, 'cancel'), { method: 'POST', body: {} });
  probe = (account: string) => ask<undefined>(of(account, 'probe'), { method: 'POST', body: {} });
  lookAround = (account: string) => ask<undefined>(of(account, 'check'), { method: 'POST', body: {} });

  openUrl(url: string): Promise<void> {
    if (!/^https?:/.test(url)) return Promise.reject(noAnswer());
    // A blocked tab is no failure: the card keeps the link.
    window.open(url, '_blank', 'noopener,noreferrer');
    return Promise.resolve();
  }

  pause = (account: string, until: string | null) => this.#post<undefined>(of(account, 'pause'), { until });
  resume = (account: string) => this.#post<undefined>(of(account, 'resume'));
  signOut = (account: string) => this.#post<undefined>(of(account, 'sign-out'));
  paste = (account: string, address: string) => this.#post<undefined>(of(account, 'paste'), { address });
  settings = (signal?: AbortSignal) => this.#inSession<Settings>('/api/settings', { signal });
  changeSettings = (changes: Record<string, SettingValue>) => this.#post<undefined>('/api/settings', changes);
  putAccount = async (account: NewAccount) => (await this.#post<{ account: string }>('/api/accounts', account)).account;
  removeAccount = (account: string) => this.#inSession<undefined>(of(account), { method: 'DELETE' });
  keepSecret = (account: string) => this.#post<undefined>(of(account, 'keep-secret'));
  unlock = () => this.#post<undefined>('/api/vault/unlock');
  keys = (signal?: AbortSignal) => this.#inSession<BotKey[]>('/api/keys', { signal });
  revokeKey = (id: string) => this.#inSession<undefined>(`/api/keys/${encodeURIComponent(id)}`, { method: 'DELETE' });
  log = ({ level, text, limit }: Required<LogQuery>, signal?: AbortSignal) =>
    this.#inSession<LogLine[]>(`/api/log?${query({ level, text, limit: String(limit) })}`, { signal });
  report = async (signal?: AbortSignal) =>
    (await this.#inSession<{ report: string }>('/api/report', { signal })).report;
  testNotification = () => this.#post<undefined>('/api/notifications/test');
  addPractice = async () => (await this.#post<{ account: string }>('/api/practice')).account;
  history = (account: string, since: string, signal?: AbortSignal) =>
    this.#history<History>(account, since, { limit: String(LINES) }, signal);

  async exportHistory(account: string, since: string, format: ExportFormat, signal?: AbortSignal): Promise<string> {
    const asked = { limit: String(ALL_LINES), csv: String(format === 'csv') };
    const { csv, ...page } = await this.#history<History & { csv?: string }>(account, since, asked, signal);
    signal?.throwIfAborted();
    const name = `daypass-history-${account}-${new Date().toISOString().slice(0, 10)}.${format}`;
    return saveFile(name, csv ?? `${JSON.stringify(page, null, 2)}\n`);
  }

  /** Put on the clipboard at once, and kept nowhere. A key that nobody could take is none. */
  async makeKey(wanted: NewKey, signal?: AbortSignal): Promise<BotKey> {
    const { key, ...view } = await this.#post<BotKey & { key: string }>('/api/keys', wanted);
    if (signal?.aborted !== true && (await copyText(key))) return view;
    // If that fails too it is in the list, where it can be revoked.
    await this.revokeKey(view.id).catch(() => undefined);
    signal?.throwIfAborted();
    const { notCopied: what, notCopiedTodo: todo } = words.botKeys;
    throw new Failure('cannot_start', { code: 'not_copied', what, todo, remedy: 'try_again' });
  }

  /** A token leaves over HTTP to a bot's key alone. */
  copyToken = () => Promise.reject(noAnswer());

  #history<T>(account: string, since: string, more: Record<string, string>, signal?: AbortSignal): Promise<T> {
    return this.#inSession<T>(`/api/history?${query({ account, since, ...more })}`, { signal });
  }

  #post<T>(path: string, body: object = {}): Promise<T> {
    return this.#inSession<T>(path, { method: 'POST', body });
  }

  #inSession<T>(path: string, question: Omit<Question, 'headers'>): Promise<T> {
    // The door would refuse it; here nothing of it is drawn.
    if (!this.session) return Promise.reject(noAnswer());
    return ask<T>(path, { ...question, headers: this.session.headers() });
  }
}

function of(account: string, verb?: string): string {
  return `/api/accounts/${encodeURIComponent(account)}${verb === undefined ? '' : `/${verb}`}`;
}

function query(parameters: Record<string, string>): string {
  return new URLSearchParams(parameters).toString();
}
