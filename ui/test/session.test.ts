import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Failure } from '../src/backend';
import { HttpBackend } from '../src/backends/http';
import { KEPT, Session } from '../src/backends/session';

const fetched = vi.fn<(path: string, init?: RequestInit) => Promise<Response>>();
const answer = (status: number, body: unknown) => Promise.resolve(new Response(JSON.stringify(body), { status }));
const SPENT = {
  code: 'spent_link',
  problem: { code: 'spent_link', what: 'This link has been used.', todo: 'Make another one.', remedy: 'fix_setting' },
};
/** A door at which one link opens one session. */
function door({ key = 'one-time', until = '2026-11-28T08:00:00Z' as string | null } = {}) {
  fetched.mockImplementation((path, init) => {
    const page = new Headers(init?.headers).get('daypass-page');
    if (path === '/api/session' && init?.method === 'POST') {
      expect(location.hash, 'the key has left the address').toBe('');
      const sent = JSON.parse(init.body as string) as { key: string };
      return sent.key === key ? answer(201, { page: 'half' }) : answer(403, SPENT);
    }
    if (path === '/api/session') return answer(200, { until: page === 'half' ? until : null });
    return answer(200, { page });
  });
}
const headers = (call: number) => new Headers(fetched.mock.calls[call]?.[1]?.headers);

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  fetched.mockReset();
  vi.stubGlobal('fetch', fetched);
  localStorage.clear();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a page', () => {
  test('without a link asks for nothing and may do nothing', async () => {
    const session = await Session.begin();
    expect([session.open, session.refused]).toEqual([false, null]);
    expect(fetched).not.toHaveBeenCalled();
  });

  test('with a link opens a session, and keeps its half for the next tab', async () => {
    door();
    location.hash = '#session=one-time';
    const backend = new HttpBackend(await Session.begin());
    expect(backend.can).toMatchObject({ settings: true, keys: true, pause: true, copyToken: false });
    expect(localStorage.getItem(KEPT)).toBe('half');
    await backend.settings();
    expect(headers(1).get('daypass-page')).toBe('half');
    expect((await Session.begin()).open, 'another tab').toBe(true);
  });

  test('whose link is spent says why', async () => {
    door();
    location.hash = '#session=old';
    const session = await Session.begin();
    expect(session.open).toBe(false);
    expect(session.refused?.what).toBe('This link has been used.');
  });

  test('whose link is spent, in a browser with a session, is in it', async () => {
    door();
    localStorage.setItem(KEPT, 'half');
    location.hash = '#session=old';
    const session = await Session.begin();
    expect([session.open, session.refused]).toEqual([true, null]);
  });

  test('whose session has ended forgets its half; one that gets no answer keeps it', async () => {
    localStorage.setItem(KEPT, 'half');
    fetched.mockRejectedValue(new TypeError('failed'));
    expect((await Session.begin()).open).toBe(false);
    expect(localStorage.getItem(KEPT)).toBe('half');
    door({ until: null });
    expect((await Session.begin()).open).toBe(false);
    expect(localStorage.getItem(KEPT)).toBeNull();
  });

  test('another place in the address is no link', async () => {
    location.hash = '#settings/bots';
    await Session.begin();
    expect(location.hash).toBe('#settings/bots');
    expect(fetched).not.toHaveBeenCalled();
  });
});

describe('in a session', () => {
  async function open() {
    door();
    location.hash = '#session=one-time';
    const backend = new HttpBackend(await Session.begin());
    fetched.mockClear();
    return backend;
  }

  test('what a page asks by itself is no use of it', async () => {
    const backend = await open();
    await backend.keys();
    vi.advanceTimersByTime(60_001);
    await backend.keys();
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }));
    await backend.keys();
    expect([0, 1, 2].map((call) => headers(call).get('daypass-idle'))).toEqual([null, 'yes', null]);
  });

  describe('that ends', () => {
    async function following(until = '2026-11-28T08:00:00Z') {
      const backend = await open();
      door({ until });
      const told: boolean[] = [];
      const stop = backend.session?.follow((over) => told.push(over));
      await vi.advanceTimersByTimeAsync(0);
      return { backend, told, stop };
    }
    const AN_HOUR = 3_600_000;

    test('the page says so by itself, at the moment, and goes on with the next link', async () => {
      const { told } = await following(new Date(Date.now() + AN_HOUR).toISOString());
      await vi.advanceTimersByTimeAsync(AN_HOUR - 1);
      expect([told, fetched.mock.calls.length]).toEqual([[], 1]);
      door({ until: null });
      await vi.advanceTimersByTimeAsync(1001);
      expect([told, localStorage.getItem(KEPT)]).toEqual([[true], null]);
      door();
      localStorage.setItem(KEPT, 'half');
      window.dispatchEvent(new StorageEvent('storage', { key: KEPT }));
      await vi.advanceTimersByTimeAsync(0);
      expect(told).toEqual([true, false]);
    });

    test('with the program is seen when the line is back', async () => {
      const { backend, told, stop } = await following();
      door({ until: null });
      backend.session?.lookAgain();
      await vi.advanceTimersByTimeAsync(0);
      expect(told).toEqual([true]);
      stop?.();
      fetched.mockClear();
      backend.session?.lookAgain();
      window.dispatchEvent(new StorageEvent('storage', { key: KEPT }));
      expect(fetched).not.toHaveBeenCalled();
    });

    test('is not believed of a door that does not answer', async () => {
      const { backend, told } = await following();
      fetched.mockRejectedValue(new TypeError('failed'));
      backend.session?.lookAgain();
      await vi.advanceTimersByTimeAsync(0);
      expect([told, localStorage.getItem(KEPT)]).toEqual([[], 'half']);
    });
  });

  test('a page that got no answer begins anew once there is one', async () => {
    localStorage.setItem(KEPT, 'half');
    fetched.mockRejectedValue(new TypeError('failed'));
    const session = await Session.begin();
    const reload = vi.fn();
    vi.stubGlobal('location', { reload });
    session.follow(() => undefined);
    session.lookAgain();
    await vi.advanceTimersByTimeAsync(0);
    expect(reload).not.toHaveBeenCalled();
    door();
    session.lookAgain();
    await vi.advanceTimersByTimeAsync(0);
    expect(reload).toHaveBeenCalledOnce();
  });

  test('a new key goes to the clipboard and is kept nowhere', async () => {
    const backend = await open();
    const writeText = vi.fn().mockResolvedValue(undefined);
    vi.stubGlobal('navigator', { clipboard: { writeText } });
    const view = { id: 'k1234567', name: 'screener', accounts: null, made_at: '', last_used_at: null };
    fetched.mockResolvedValueOnce(new Response(JSON.stringify({ ...view, key: 'marker-key' }), { status: 201 }));
    expect(await backend.makeKey({ name: 'screener', accounts: null })).toEqual(view);
    expect(writeText).toHaveBeenCalledWith('marker-key');
  });

  test('a key that could not be taken is revoked again', async () => {
    const backend = await open();
    vi.stubGlobal('navigator', { clipboard: { writeText: vi.fn().mockRejectedValue(new Error('no')) } });
    document.execCommand = vi.fn().mockReturnValue(false);
    const made = { id: 'k1234567', name: 'screener', accounts: null, made_at: '', last_used_at: null, key: 'marker' };
    fetched.mockResolvedValueOnce(new Response(JSON.stringify(made), { status: 201 }));
    const failure = await backend.makeKey({ name: 'screener', accounts: null }).catch((thrown: Failure) => thrown);
    expect(failure).toMatchObject({ problem: { code: 'not_copied' } });
    expect(fetched.mock.calls[1]?.[0]).toBe('/api/keys/k1234567');
    expect(fetched.mock.calls[1]?.[1]?.method).toBe('DELETE');
    expect(JSON.stringify(failure)).not.toContain('marker');
  });

  test('a key that nobody waits for any more is revoked, and not copied', async () => {
    const backend = await open();
    const writeText = vi.fn().mockResolvedValue(undefined);
    vi.stubGlobal('navigator', { clipboard: { writeText } });
    const made = { id: 'k1234567', name: 'screener', accounts: null, made_at: '', last_used_at: null, key: 'marker' };
    fetched.mockResolvedValueOnce(new Response(JSON.stringify(made), { status: 201 }));
    const wait = new AbortController();
    const asked = backend.makeKey({ name: 'screener', accounts: null }, wait.signal).catch((thrown: unknown) => thrown);
    wait.abort();
    expect(await asked).toMatchObject({ name: 'AbortError' });
    expect(writeText).not.toHaveBeenCalled();
    expect(fetched.mock.calls[1]?.[1]?.method).toBe('DELETE');
  });

  test('a session that another tab has just opened is not forgotten for the old one', async () => {
    localStorage.setItem(KEPT, 'old');
    let answers: (response: Response) => void = () => undefined;
    fetched.mockImplementationOnce(() => new Promise((resolve) => (answers = resolve)));
    const begun = Session.begin();
    localStorage.setItem(KEPT, 'half');
    door();
    answers(new Response(JSON.stringify({ until: null })));
    expect([(await begun).open, localStorage.getItem(KEPT)]).toEqual([true, 'half']);
  });

  test('history is saved by the browser, as lines or with its sums', async () => {
    const backend = await open();
    const saved: [string, string][] = [];
    vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }));
    vi.stubGlobal(
      'Blob',
      class {
        constructor(readonly parts: string[]) {
          saved.push(['', parts.join('')]);
        }
      },
    );
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved[saved.length - 1] = [this.download, saved[saved.length - 1]?.[1] ?? ''];
    });
    const page = { entries: [], days: [], totals: {}, bots: [], strips: [] };
    for (const format of ['csv', 'json'] as const) {
      const body = format === 'csv' ? { ...page, csv: 'at,account\n' } : page;
      fetched.mockResolvedValueOnce(new Response(JSON.stringify(body), { status: 200 }));
      await backend.exportHistory('upstox', '2026-10-29T00:00:00Z', format);
    }
    expect(fetched.mock.calls[0]?.[0]).toContain('account=upstox&since=2026-10-29T00%3A00%3A00Z');
    expect(saved[0]).toEqual(['daypass-history-upstox-1970-01-01.csv', 'at,account\n']);
    expect(saved[1]?.[0]).toBe('daypass-history-upstox-1970-01-01.json');
    expect(JSON.parse(saved[1]?.[1] ?? '')).toEqual(page);
  });

  test('ending it forgets the half and begins the page anew', async () => {
    const backend = await open();
    const reload = vi.fn();
    vi.stubGlobal('location', { reload });
    await backend.session?.end();
    expect(fetched.mock.calls[0]?.[1]?.method).toBe('DELETE');
    expect(localStorage.getItem(KEPT)).toBeNull();
    expect(reload).toHaveBeenCalledOnce();
  });
});
