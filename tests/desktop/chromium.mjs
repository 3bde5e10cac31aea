/**
 * A person at a real Chromium: approves a sign-in, or looks at the dashboard.
 *
 * `approve URL PICTURE` prints the address and the text of the page that says how it ended; `look URL` prints a page's
 * text. Invariant: it does what a person can do on the page, nothing else. What this is not: a test; whoever
 * starts it reads what it prints.
 */

import { browser } from '../../ui/browser/stage.mjs';

async function approve(page, url, picture) {
  await page.goto(url);
  await page.click('button[name=approve]');
  const result = page.locator('h1', { hasText: /^Signed in/ });
  await result.waitFor();
  // As it looks when nothing moves any more.
  await page.screenshot({ path: picture, animations: 'disabled' });
  console.log(page.url());
  console.log(await page.locator('body').innerText());
}

async function look(page, url) {
  await page.goto(url);
  await page.locator('.cards').waitFor();
  console.log(await page.locator('body').innerText());
}

const [what, ...rest] = process.argv.slice(2);
const chromium = await browser();
try {
  const page = await chromium.newPage({ viewport: { width: 920, height: 430 } });
  await { approve, look }[what](page, ...rest);
} finally {
  await chromium.close();
}
