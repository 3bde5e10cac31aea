/**
 * The shipped bundle as a dashboard: under /dashboard/, live over server-sent events, reconnecting by itself; and no
 * made-up scene is in it.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { browser, complaints, serve } from './stage.mjs';

const run = promisify(execFile);
/** Small enough to be there before anybody notices. */
const LARGEST = 150 * 1024;

const midnight = Date.parse(`${new Date().toISOString().slice(0, 10)}T00:00:00Z`);

function account(standing, over = {}) {
  const soon = new Date(Date.now() + 16 * 3_600_000).toISOString();
  return {
    id: 'upstox',
    label: 'Upstox',
    broker: 'upstox',
    broker_name: 'Upstox',
    practice: false,
    user: 'AB1234',
    standing,
    level: 'green',
    verified: true,
    valid: true,
    generation: 3,
    issued_at: new Date(Date.now() - 3_600_000).toISOString(),
    expiry_time: soon,
    held_until: soon,
    ended_at: null,
    needs_refresh: false,
    new_end: null,
    useful: false,
    renews: false,
    message: '',
    last_probe: null,
    silent_since: null,
    next: { step: 'nothing', at: null },
    work: null,
    trouble: null,
    saved: { state: 'saved', at: null, backups: 1, problem: null },
    failures: 0,
    manual: false,
    paused: null,
    missing: [],
    redirect_uri: 'http://localhost:5001/callback',
    readiness: null,
    sign_in_note: null,
    check: null,
    bots: [],
    outlets: [],
    calendar: { state: 'built_in', since: null, exchanges: [], problem: null },
    day: {
      starts: new Date(midnight).toISOString(),
      seconds: 86_400,
      zone: 'UTC',
      zone_word: 'UTC',
      spans: [{ from: 0, to: 24, kind: 'left' }],
      goes_on: true,
      cut: null,
      ready: 8.75,
      open: 9.25,
      close: 15.5,
      trades: true,
      why: null,
    },
    ...over,
  };
}

function snapshot(one) {
  return {
    now: new Date().toISOString(),
    accounts: [one],
    worst: one.id,
    vault: { kind: 'keyring', problem: null },
    notes: [],
    clock_off_seconds: 0,
    version: '0.1.0',
  };
}

/** The program's door, as far as a page without a session needs it. */
class Door {
  current = snapshot(account('valid'));
  streams = new Set();
  posts = [];
  refuse = null;

  api = async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/api/snapshot') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.current));
      return true;
    }
    if (pathname === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      this.streams.add(response);
      response.on('close', () => this.streams.delete(response));
      this.#tell(response);
      return true;
    }
    if (request.method !== 'POST' || !pathname.startsWith('/api/')) return false;
    let body = '';
    for await (const part of request) body += part;
    this.posts.push([pathname, request.headers['content-type'], JSON.parse(body)]);
    if (this.refuse)
      response.writeHead(409, { 'content-type': 'application/problem+json' }).end(JSON.stringify(this.refuse));
    else response.writeHead(200, { 'content-type': 'application/json' }).end('null');
    return true;
  };

  #tell(stream) {
    stream.write(`event: snapshot\ndata: ${JSON.stringify(this.current)}\n\n`);
  }

  show(next) {
    this.current = next;
    for (const stream of this.streams) this.#tell(stream);
  }

  cut() {
    for (const stream of this.streams) stream.destroy();
  }
}

let chrome, folder, door, site;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daypass-dist-'));
  await run('npx', ['vite', 'build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn'], {
    cwd: join(import.meta.dirname, '..'),
  });
  door = new Door();
  chrome = await browser();
  site = await serve(folder, { under: '/dashboard/', api: door.api });
});
after(async () => {
  door?.cut();
  await chrome?.close();
  await site?.close();
  if (folder) await rm(folder, { recursive: true });
});

test('the bundle is small, self-contained, and has no made-up scene in it', async () => {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  const texts = await Promise.all(files.map((one) => readFile(join(one.parentPath ?? one.path, one.name))));
  const size = texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
  console.log(`the bundle is ${(size / 1024).toFixed(1)} KiB, gzipped`);
  assert.ok(size < LARGEST, `${size} bytes`);
  for (const text of texts.map(String)) assert.ok(!/AB1234|made-up|FakeBackend/.test(text), 'no scene is shipped');
  const html = String(await readFile(join(folder, 'index.html')));
  assert.ok(!/(src|href)="(\/|https?:)/.test(html), 'addresses are relative');
  assert.ok(!/<script(?![^>]*src=)|style=|<style/.test(html), 'nothing is inline');
});

test('the dashboard names the bots and follows them, and leaves their keys to the terminal', async () => {
  const page = await chrome.newPage({ viewport: { width: 1000, height: 800 } });
  const heard = await complaints(page);
  const at = new Date().toISOString();
  const bots = [
    { name: 'hedger', via: 'socket', generation: 3, at, current: true },
    { name: '<i>report</i>', via: 'http', generation: 2, at, current: false },
  ];
  door.show(snapshot(account('valid')));
  await page.goto(site.url);
  await page.getByRole('article').getByText('Valid', { exact: true }).waitFor();
  assert.equal(await page.getByRole('article').getByText(/bot/i).count(), 0, 'no bot ever came');
  door.show(snapshot(account('valid', { bots })));
  await page.getByRole('button', { name: /1 of 2\sbots has the current token/ }).click();
  const rows = page.getByRole('article').getByRole('listitem');
  assert.match(await rows.nth(0).innerText(), /hedger Token 3 since .*, over the socket\s+Has it/);
  assert.match(await rows.nth(1).innerText(), /<i>report<\/i> Token 2 since .*, over HTTP\s+Has an older token/);
  door.show(snapshot(account('valid', { bots: bots.map((bot) => ({ ...bot, generation: 3, current: true })) })));
  await page.getByRole('button', { name: /2\sbots have the current token|2\sbots have today’s token/ }).waitFor();
  await page.getByText('Has an older token').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Upstox' }).click();
  await page
    .getByRole('region', { name: 'Bots' })
    .getByText(/daypass keys make NAME/)
    .waitFor();
  assert.deepEqual(heard, []);
  await page.close();
});

test('the dashboard shows what the program says, follows it, and comes back by itself', async () => {
  const page = await chrome.newPage({ viewport: { width: 1000, height: 800 } });
  const heard = await complaints(page);
  await page.goto(site.url);
  await page.getByRole('article').getByText('Valid', { exact: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Settings' }).count(), 0, 'settings need a session');
  assert.equal(await page.getByRole('button', { name: 'Copy token' }).count(), 0, 'so does a token');

  const past = new Date(Date.now() - 60_000).toISOString();
  door.show(snapshot(account('expired', { valid: false, held_until: null, ended_at: past })));
  await page
    .getByRole('alert')
    .getByText(/^Upstox expired/)
    .waitFor();

  door.refuse = {
    type: 'about:blank',
    status: 409,
    code: 'cannot_start',
    title: 'Port 5001 is taken by python3.',
    detail: 'Close it first.',
  };
  await page.getByRole('alert').getByRole('button', { name: 'Sign in now' }).click();
  await page.getByText('Port 5001 is taken by python3.').waitFor();
  assert.deepEqual(door.posts.at(-1), ['/api/accounts/upstox/sign-in', 'application/json', { browser: 'no' }]);

  // The browser reports the refused POST and the cut line on its console; those two are meant.
  door.cut();
  await page.getByText('Daypass does not answer.').waitFor();
  door.show(snapshot(account('valid')));
  await page.getByText('Daypass does not answer.').waitFor({ state: 'detached' });
  await page.getByRole('article').getByText('Valid', { exact: true }).waitFor();
  assert.deepEqual(
    heard.filter((text) => !/409|ERR_|Failed to load resource/.test(text)),
    [],
  );
  await page.close();
});
