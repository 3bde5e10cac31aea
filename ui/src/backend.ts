/**
 * The one seam between the window and the program.
 *
 * Invariant: whatever fails is thrown as a {@link Failure} with the program's own sentences, or with ours where the
 * program did not answer. What this is not: a place where anything is decided, or where a secret is ever read.
 */

import type {
  History,
  KeyView,
  LogLine,
  LogQuery,
  NewAccount,
  NewKey,
  Problem,
  Refused,
  Setting,
  Settings,
  Snapshot,
} from './bindings';
import { isStop } from './patience';
import { words } from './words';

/** What this way in may do; what it may not is not drawn. */
export interface Can {
  /** Read and change settings. */
  settings: boolean;
  /** Add, edit and remove accounts. */
  accounts: boolean;
  /** Put a token on the clipboard. */
  copyToken: boolean;
  /** End a token. */
  signOut: boolean;
  /** Hand over the address on which the browser ended; it holds a code. */
  paste: boolean;
  /** Let the system ask for the keyring's password. */
  unlock: boolean;
  /** See, make and revoke the keys of bots. */
  keys: boolean;
  /** See what happened, and export it. */
  history: boolean;
  /** Let an account rest, and end that. */
  pause: boolean;
}

function can(allowed: boolean): Can {
  return {
    settings: allowed,
    accounts: allowed,
    copyToken: allowed,
    signOut: allowed,
    paste: allowed,
    unlock: allowed,
    keys: allowed,
    history: allowed,
    pause: allowed,
  };
}

/** What the desktop app's own window may do. */
export const EVERYTHING = can(true);
/** What a page in a session may do. A token leaves over HTTP to a bot's key alone. */
export const IN_SESSION: Can = { ...EVERYTHING, copyToken: false };
/** What a page without a session may do beyond looking, refreshing and starting a sign-in. */
export const NOTHING_MORE = can(false);

export type SettingValue = Setting['value'];

/** A bot's key as everybody may see it; the key itself is in no answer. */
export type BotKey = KeyView;

export type ExportFormat = 'csv' | 'json';

/** How important a line of the log is, the most important first. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a change brings: a new snapshot, or word that the line is down and when it is tried again. */
export type Change = { snapshot: Snapshot } | { lost: { retryAt: number } };

/** A page in a browser may do little until a link has opened a session for it. */
export interface DashboardSession {
  readonly open: boolean;
  /** Why the link of this page has opened none. */
  readonly refused: Problem | null;
  /** Calls back when it has ended, and when another link has opened it again; until it is stopped. */
  follow(tell: (over: boolean) => void): () => void;
  /** Ends it, and begins the page anew. */
  end(): Promise<void>;
}

/** A signal calls off what is not there yet; a change that has been sent is made. */
export interface Backend {
  readonly can: Can;
  /** Where what this way in may do hangs on a session. */
  readonly session?: DashboardSession | undefined;
  /** A new key stays on the clipboard: nobody here takes it back. */
  readonly keyStays?: boolean;
  snapshot(signal?: AbortSignal): Promise<Snapshot>;
  /** Calls back at each change until it is stopped. */
  changes(tell: (change: Change) => void): () => void;
  /** Tries a lost line at once. */
  reconnect?(): void;
  signIn(account: string, signal?: AbortSignal): Promise<void>;
  cancel(account: string): Promise<void>;
  /** Takes the address on which the browser ended. */
  paste(account: string, address: string): Promise<void>;
  refresh(account: string, signal?: AbortSignal): Promise<void>;
  probe(account: string): Promise<void>;
  /** Looks at this computer: will the next session be ready? */
  lookAround(account: string): Promise<void>;
  signOut(account: string): Promise<void>;
  /** Until then (RFC 3339), or until resumed. */
  pause(account: string, until: string | null): Promise<void>;
  resume(account: string): Promise<void>;
  copyToken(account: string): Promise<void>;
  settings(signal?: AbortSignal): Promise<Settings>;
  changeSettings(changes: Record<string, SettingValue>): Promise<void>;
  /** Its id. */
  putAccount(account: NewAccount): Promise<string>;
  removeAccount(account: string): Promise<void>;
  /** Copies the account's secrets out of the files in which they lie; the files stay as they are. */
  keepSecret(account: string): Promise<void>;
  /** Lets the system ask for the keyring's password; a snapshot follows once it is open. */
  unlock(): Promise<void>;
  keys(signal?: AbortSignal): Promise<BotKey[]>;
  /** Makes a key and puts it on the clipboard; no answer has it. One that nobody waits for any more is revoked. */
  makeKey(key: NewKey, signal?: AbortSignal): Promise<BotKey>;
  /** From now on this key opens nothing. */
  revokeKey(id: string): Promise<void>;
  /** Since that moment (RFC 3339). */
  history(account: string, since: string, signal?: AbortSignal): Promise<History>;
  /** Saves the same as a file, and says where it is. */
  exportHistory(account: string, since: string, format: ExportFormat, signal?: AbortSignal): Promise<string>;
  /** The newest lines of the log, the newest first. */
  log(wanted: Required<LogQuery>, signal?: AbortSignal): Promise<LogLine[]>;
  /** A text for whoever helps, without a secret or a user's name. */
  report(signal?: AbortSignal): Promise<string>;
  /** Shows a notification, to see that it can be seen. */
  testNotification(): Promise<void>;
  /** The id of the new account. */
  addPractice(): Promise<string>;
  /** Opens a web address in the person's own browser. */
  openUrl(url: string): Promise<void>;
  /** A window of its own for the settings, where there is one. */
  openSettings?(): Promise<void>;
  /** The same for what happened. */
  openHistory?(account: string): Promise<void>;
  hideWindow?(): Promise<void>;
  /** The page is on the screen, so many milliseconds after it began. */
  painted?(milliseconds: number): Promise<void>;
  /** Ends the program, not only the window. */
  quit?(): Promise<void>;
  autostart?(): Promise<boolean>;
  /** What is true afterwards, read back. */
  setAutostart?(on: boolean): Promise<boolean>;
  /** Calls back when the program asks for one account's card. */
  onShowAccount?(tell: (account: string) => void): () => void;
}

/** A "no", ready to be shown. */
export class Failure extends Error {
  constructor(
    readonly code: string,
    readonly problem: Problem,
  ) {
    super(problem.what);
    this.name = 'Failure';
  }
}

/** The sentences for when there is nobody to give any. */
export function noAnswer(): Failure {
  const problem: Problem = { code: '', what: words.noAnswer, todo: words.noAnswerTodo, remedy: 'try_again' };
  return new Failure('not_running', problem);
}

/** Somebody stopped waiting, for what may happen all the same. */
function stopped(): Failure {
  const { stopped: what, stoppedTodo: todo } = words.act;
  return new Failure('stopped', { code: '', what, todo, remedy: 'try_again' });
}

function isRefused(thrown: unknown): thrown is Refused {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'problem' in thrown;
}

/** Whatever was thrown, as a failure with sentences. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  if (isStop(thrown)) return stopped();
  if (isRefused(thrown)) return new Failure(thrown.code, thrown.problem);
  const problem: Problem = { code: '', what: words.failed, todo: words.failedTodo, remedy: 'try_again' };
  return new Failure('internal', problem);
}

/** The way in that this page has. */
export async function connect(): Promise<Backend> {
  if ('__TAURI_INTERNALS__' in window) return new (await import('./backends/tauri')).TauriBackend();
  // Replaced by a constant when it is built: the scenes are in no bundle that is shipped.
  if (import.meta.env.DEV || import.meta.env.MODE === 'fake') {
    const scene = new URLSearchParams(location.search).get('fake');
    if (scene !== null) return new (await import('./backends/fake')).FakeBackend(scene);
  }
  const [{ HttpBackend }, { Session }] = await Promise.all([import('./backends/http'), import('./backends/session')]);
  return new HttpBackend(await Session.begin());
}
