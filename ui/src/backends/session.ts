/**
 * The dashboard's session, as far as a page has it: `daypass dashboard` opens this page with a key behind the `#`.
 *
 * Invariant: the key leaves the address before anything else happens, and works once. What stays is half of what the door
 * wants to see; the other half is a cookie that no page can read. It is kept where pages of this origin find it, so that a
 * second tab is in the session too. What this is not: a check; the door makes that at each request.
 */

import { asFailure, type DashboardSession } from '../backend';
import type { Problem } from '../bindings';
import { ask } from './request';

/** Where the page's half is kept. */
export const KEPT = 'daypass.session';
const LINK = /^#session=([\w-]+)$/;
/** The page's half. */
const PAGE = 'daypass-page';
/** The page asks by itself: that is no use of the session. */
const IDLE = 'daypass-idle';
/** Whoever has touched nothing for so long is not asking. */
const RESTING = 60_000;
/** After the moment at which it ends unless it is used. */
const SLACK = 1000;
/** Clocks are set; the browser's timers cannot be as long as some clocks are wrong. */
const LONGEST = 3_600_000;

/** Pages may be forbidden to keep anything; then each tab has its own. */
const store = {
  mine: null as string | null,
  read(): string | null {
    try {
      return localStorage.getItem(KEPT);
    } catch {
      return this.mine;
    }
  },
  write(page: string | null): void {
    try {
      if (page === null) localStorage.removeItem(KEPT);
      else localStorage.setItem(KEPT, page);
    } catch {
      this.mine = page;
    }
  },
};

export class Session implements DashboardSession {
  #touched = Date.now();
  #over = false;
  #look: (() => void) | undefined;

  private constructor(
    readonly open: boolean,
    readonly refused: Problem | null,
  ) {
    for (const kind of ['pointerdown', 'keydown', 'click', 'input'])
      window.addEventListener(kind, () => (this.#touched = Date.now()), { capture: true, passive: true });
  }

  /** Opens one with the key in the address, or finds the one that is open. */
  static async begin(): Promise<Session> {
    // A link that is pasted into this tab changes the address alone.
    window.addEventListener('hashchange', () => {
      if (LINK.test(location.hash)) location.reload();
    });
    const key = LINK.exec(location.hash)?.[1];
    if (key !== undefined) {
      history.replaceState(null, '', location.pathname + location.search);
      try {
        store.write((await ask<{ page: string }>('/api/session', { method: 'POST', body: { key } })).page);
        return new Session(true, null);
      } catch (thrown) {
        // An older session may be open all the same, and then nobody misses the new one.
        const open = typeof (await Session.#until()) === 'string';
        return open ? new Session(true, null) : new Session(false, asFailure(thrown).problem);
      }
    }
    return new Session(typeof (await Session.#until()) === 'string', null);
  }

  /** When it ends unless it is used; null: it has. Whoever did not answer may answer later: what is kept stays. */
  static async #until(): Promise<string | null | undefined> {
    const page = store.read();
    if (page === null) return null;
    const seen = await ask<{ until: string | null }>('/api/session', { headers: { [PAGE]: page } }).catch(() => null);
    // Another tab may have opened a new one meanwhile.
    if (seen?.until === null && store.read() !== page) return Session.#until();
    if (seen?.until === null) store.write(null);
    return seen?.until;
  }

  /** Looks when it should have ended, when somebody comes back to the page or to the line, and when a link was used. */
  follow(tell: (over: boolean) => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      const until = await Session.#until();
      if (until === undefined) return;
      // Nobody answered when this page began: it can do little, so that nothing is lost with it.
      if (!this.open && until !== null) location.reload();
      if (!this.open) return;
      const over = until === null;
      if (over !== this.#over) tell((this.#over = over));
      clearTimeout(timer);
      if (!over) timer = setTimeout(again, Math.min(Math.max(Date.parse(until) - Date.now(), 0), LONGEST) + SLACK);
    };
    const again = () => void look();
    const seen = () => {
      if (document.visibilityState === 'visible') again();
    };
    const kept = ({ key }: StorageEvent) => {
      if (key === KEPT) again();
    };
    if (this.open) again();
    this.#look = again;
    document.addEventListener('visibilitychange', seen);
    window.addEventListener('storage', kept);
    return () => {
      clearTimeout(timer);
      this.#look = undefined;
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('storage', kept);
    };
  }

  /** The line is there again: the program may be another one, which knows no sessions of before. */
  lookAgain(): void {
    this.#look?.();
  }

  /** What goes with each request. */
  headers(): Record<string, string> {
    const idle = Date.now() - this.#touched > RESTING;
    return { [PAGE]: store.read() ?? '', ...(idle ? { [IDLE]: 'yes' } : {}) };
  }

  async end(): Promise<void> {
    await ask('/api/session', { method: 'DELETE', headers: this.headers() });
    store.write(null);
    location.reload();
  }
}
