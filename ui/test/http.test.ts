import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Change, Failure } from '../src/backend';
import { FIRST_PAUSE, HttpBackend, LONGEST_PAUSE } from '../src/backends/http';
import { scenes } from '../src/backends/scenes';

class FakeEvents extends EventTarget {
  static all: FakeEvents[] = [];
  closed = false;
  constructor(readonly url: string) {
    super();
    FakeEvents.all.push(this);
  }
  close() {
    this.closed = true;
  }
  fail() {
    this.dispatchEvent(new Event('error'));
  }
  say(data: unknown) {
    this.dispatchEvent(new MessageEvent('snapshot', { data: JSON.stringify(data) }));
  }
}

const last = () => FakeEvents.all[FakeEvents.all.length - 1] as FakeEvents;
const fetched = vi.fn<(path: string, init?: RequestInit) => Promise<Response>>();

beforeEach(() => {
  FakeEvents.all = [];
  vi.useFakeTimers({ now: 1_000_000 });
  vi.stubGlobal('EventSource', FakeEvents);
  fetched.mockReset();
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the line', () => {
  function follow() {
    const heard: Change[] = [];
    const backend = new HttpBackend();
    const stop = backend.changes((change) => heard.push(change));
    return { backend, heard, stop };
  }

  test('tells each snapshot', () => {
    const { heard } = follow();
    expect(last().url).toBe('/api/events');
    const calm = scenes['calm']?.();
    last().say(calm);
    expect(heard).toEqual([{ snapshot: calm }]);
  });

  test('comes back by itself with growing pauses, and says when', () => {
    const { heard } = follow();
    let pause = FIRST_PAUSE;
    for (let lost = 1; lost < 9; lost += 1) {
      last().fail();
      expect(last().closed).toBe(true);
      expect(heard[heard.length - 1]).toEqual({ lost: { retryAt: Date.now() + pause } });
      vi.advanceTimersByTime(pause - 1);
      expect(FakeEvents.all, 'not before its time').toHaveLength(lost);
      vi.advanceTimersByTime(1);
      expect(FakeEvents.all).toHaveLength(lost + 1);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
    expect(pause).toBe(LONGEST_PAUSE);
  });

  test('begins with short pauses again after an answer', () => {
    const { heard } = follow();
    last().fail();
    vi.advanceTimersByTime(FIRST_PAUSE);
    last().say(scenes['calm']?.());
    last().fail();
    expect(heard[heard.length - 1]).toEqual({ lost: { retryAt: Date.now() + FIRST_PAUSE } });
  });

  test('is tried at once when somebody asks', () => {
    const { backend } = follow();
    last().fail();
    backend.reconnect();
    expect(FakeEvents.all).toHaveLength(2);
    vi.advanceTimersByTime(LONGEST_PAUSE);
    expect(FakeEvents.all, 'the waiting retry is gone').toHaveLength(2);
  });

  test('ends when it is stopped', () => {
    const { stop } = follow();
    last().fail();
    stop();
    vi.advanceTimersByTime(LONGEST_PAUSE);
    expect(FakeEvents.all).toHaveLength(1);
  });
});

describe('a request', () => {
  const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

  test('names the account in the path and sends JSON', async () => {
    fetched.mockResolvedValue(answer(200, null));
    await new HttpBackend().cancel('a/b');
    expect(fetched.mock.calls[0]?.[0]).toBe('/api/accounts/a%2Fb/cancel');
    expect(fetched.mock.calls[0]?.[1]).toMatchObject({ method: 'POST', body: '{}' });
  });

  test('a look around goes to the account’s check', async () => {
    fetched.mockResolvedValue(answer(200, null));
    await new HttpBackend().lookAround('upstox');
    expect(fetched.mock.calls[0]?.[0]).toBe('/api/accounts/upstox/check');
  });

  test('a sign-in opens its page here, without a way back to this one', async () => {
    fetched.mockResolvedValue(answer(200, { sign_in_url: 'https://broker.example/x', until: '2026-11-19T00:00:00Z' }));
    const opened = vi.spyOn(window, 'open').mockReturnValue(null);
    await new HttpBackend().signIn('upstox');
    expect(fetched.mock.calls[0]?.[1]?.body).toBe('{"browser":"no"}');
    expect(opened).toHaveBeenCalledWith('https://broker.example/x', '_blank', 'noopener,noreferrer');
  });

  test.each([
    ['a problem document', { code: 'paused', title: 'Upstox is paused.', detail: 'Resume it first.', status: 409 }],
    [
      'a refusal with its problem',
      {
        code: 'paused',
        problem: { code: 'paused', what: 'Upstox is paused.', todo: 'Resume it first.', remedy: 'fix_setting' },
      },
    ],
  ])('%s becomes a failure with its sentences', async (_, body) => {
    fetched.mockResolvedValue(answer(409, body));
    const failure = await new HttpBackend().refresh('upstox').catch((thrown: Failure) => thrown);
    expect(failure).toMatchObject({ code: 'paused', problem: { what: 'Upstox is paused.', todo: 'Resume it first.' } });
  });

  test.each([
    ['nobody listens', () => Promise.reject(new TypeError('failed'))],
    ['something else listens', () => Promise.resolve(new Response('<html>', { status: 200 }))],
    ['a bare error comes', () => Promise.resolve(answer(500, {}))],
  ])('when %s, says so in our words', async (_, reply) => {
    fetched.mockImplementation(reply);
    const failure = await new HttpBackend().snapshot().catch((thrown: Failure) => thrown);
    expect(failure).toMatchObject({ code: 'not_running', problem: { what: 'Daypass did not answer.' } });
  });

  test('a sign-in that was called off ends its request, and opens nothing any more', async () => {
    fetched.mockImplementation(
      (_, init) =>
        new Promise((_, reject) =>
          init?.signal?.addEventListener('abort', () => {
            reject(new DOMException('aborted', 'AbortError'));
          }),
        ),
    );
    const opened = vi.spyOn(window, 'open').mockReturnValue(null);
    const wait = new AbortController();
    const asked = new HttpBackend().signIn('upstox', wait.signal).catch((thrown: unknown) => thrown);
    wait.abort();
    expect(await asked).toMatchObject({ name: 'AbortError' });
    expect(opened).not.toHaveBeenCalled();
  });

  test('what needs a session is never asked for without one', async () => {
    const backend = new HttpBackend();
    expect(Object.entries(backend.can).filter(([, allowed]) => allowed)).toEqual([]);
    for (const asked of [
      () => backend.settings(),
      () => backend.copyToken(),
      () => backend.pause('upstox', null),
      () => backend.signOut('upstox'),
      () => backend.paste('upstox', 'http://localhost:5001/?code=1'),
      () => backend.unlock(),
      () => backend.keys(),
      () => backend.makeKey({ name: 'screener', accounts: null }),
      () => backend.revokeKey('k1234567'),
      () => backend.keepSecret('upstox'),
      () => backend.openUrl('javascript:alert(1)'),
    ])
      await expect(asked()).rejects.toThrow();
    expect(fetched).not.toHaveBeenCalled();
  });
});
