/**
 * The dashboard's way in: the local HTTP door of the same origin.
 *
 * Invariant: the line comes back by itself, with growing pauses, and whoever listens knows when it is down. What this is
 * not: a way to settings, keys or tokens, or to end one; the door refuses those to a page without a session.
 */

import { Failure, noAnswer, NOTHING_MORE, type Backend, type Change, type SignIn } from '../backend';
import type { Problem, Remedy, Snapshot } from '../bindings';

/** The first pause after the line is lost; each further one is twice as long. */
export const FIRST_PAUSE = 1000;
/** No pause is longer: somebody may be looking at the page. */
export const LONGEST_PAUSE = 30_000;

/** RFC 9457, with what Daypass adds. */
interface ProblemDocument {
  code?: string;
  title?: string;
  detail?: string;
  what?: string;
  todo?: string;
  remedy?: Remedy;
  quote?: string;
  problem?: Problem;
}

function failure(document: ProblemDocument): Failure {
  if (document.problem) return new Failure(document.code ?? document.problem.code, document.problem);
  const what = document.what ?? document.title;
  if (what === undefined) return noAnswer();
  const code = document.code ?? 'internal';
  const problem: Problem = {
    code,
    what,
    todo: document.todo ?? document.detail ?? '',
    remedy: document.remedy ?? 'try_again',
    ...(document.quote === undefined ? {} : { quote: document.quote }),
  };
  return new Failure(code, problem);
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    throw noAnswer();
  }
}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: 'same-origin', cache: 'no-store', redirect: 'error' });
  } catch {
    throw noAnswer();
  }
  const body = parse(await response.text());
  if (!response.ok) throw failure((body ?? {}) as ProblemDocument);
  return body as T;
}

function post<T>(account: string, verb: string, body: object = {}): Promise<T> {
  return ask<T>(`/api/accounts/${encodeURIComponent(account)}/${verb}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Here the page is in the person's browser already, so the page opens the sign-in and the program does not. */
const HERE = { browser: 'no' };

export class HttpBackend implements Backend {
  readonly can = NOTHING_MORE;
  #retry: (() => void) | undefined;

  snapshot = () => ask<Snapshot>('/api/snapshot');

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

  async signIn(account: string): Promise<void> {
    const { sign_in_url } = await post<SignIn>(account, 'sign-in', HERE);
    await this.openUrl(sign_in_url);
  }

  async refresh(account: string): Promise<void> {
    const answer = await post<Partial<SignIn> | null>(account, 'refresh', HERE);
    if (answer?.sign_in_url !== undefined) await this.openUrl(answer.sign_in_url);
  }

  cancel = (account: string) => post<undefined>(account, 'cancel');
  probe = (account: string) => post<undefined>(account, 'probe');
  lookAround = (account: string) => post<undefined>(account, 'check');
  pause = (account: string, until: string | null) => post<undefined>(account, 'pause', { until });
  resume = (account: string) => post<undefined>(account, 'resume');

  openUrl(url: string): Promise<void> {
    if (!/^https?:/.test(url)) return Promise.reject(noAnswer());
    // A blocked tab is no failure: the card keeps the link.
    window.open(url, '_blank', 'noopener,noreferrer');
    return Promise.resolve();
  }

  copyToken = () => this.#needsSession();
  signOut = () => this.#needsSession();
  paste = () => this.#needsSession();
  settings = () => this.#needsSession();
  changeSettings = () => this.#needsSession();
  putAccount = () => this.#needsSession();
  removeAccount = () => this.#needsSession();
  keepSecret = () => this.#needsSession();
  unlock = () => this.#needsSession();
  keys = () => this.#needsSession();
  makeKey = () => this.#needsSession();
  revokeKey = () => this.#needsSession();
  history = () => this.#needsSession();
  exportHistory = () => this.#needsSession();
  log = () => this.#needsSession();
  report = () => this.#needsSession();
  testNotification = () => this.#needsSession();
  addPractice = () => this.#needsSession();

  #needsSession(): Promise<never> {
    return Promise.reject(noAnswer());
  }
}
