/**
 * A real Chromium and a server that serves one folder under the content security policy of the program.
 *
 * Invariant: loopback only, on a port of the system's choice, and everything is closed at the end. What this is not: the
 * program's own server.
 */

import { mkdtemp, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';

/** The strictest policy that the window must live with. */
export const POLICY =
  "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; object-src 'none'";

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const BROWSERS = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser'];

/** Serves a folder below a path; `api` answers first and says whether it did. */
export async function serve(folder, { under = '/', api = () => false } = {}) {
  const server = createServer(async (request, response) => {
    if (await api(request, response)) return;
    const { pathname } = new URL(request.url, 'http://localhost');
    if (!pathname.startsWith(under)) return response.writeHead(404).end();
    const name = normalize(pathname.slice(under.length) || 'index.html');
    try {
      const body = await readFile(join(folder, name));
      response.writeHead(200, {
        'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
        'content-security-policy': POLICY,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const close = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return { url: `http://127.0.0.1:${server.address().port}${under}`, close };
}

function onPath() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}

export async function browser() {
  // An empty variable says nothing, as in scripts/setup.
  const executablePath = process.env.CHROMIUM || onPath();
  if (!executablePath)
    throw new Error(`No Chromium on PATH. Install it, or name it in CHROMIUM. Looked for ${BROWSERS.join(', ')}.`);
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return chromium.launch({ executablePath, headless: true, args });
}

/** Where the pictures go. */
export function shots() {
  return process.env.DAYPASS_SHOTS ?? mkdtemp(join(tmpdir(), 'daypass-shots-'));
}

/** Everything that a page complains about, from its first moment on. */
export async function complaints(page) {
  const heard = [];
  await page.addInitScript(() => {
    const say = ({ violatedDirective, sample }) => console.error(`policy: ${violatedDirective} ${sample}`);
    document.addEventListener('securitypolicyviolation', say);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') heard.push(message.text());
  });
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('request', (request) => {
    if (!/^(http:\/\/127\.0\.0\.1|data:)/.test(request.url())) heard.push(`a request to ${request.url()}`);
  });
  return heard;
}
