/**
 * A person at a real Chromium: approves a sign-in, or looks at the dashboard.
 *
 * `approve URL PICTURE` prints the address and the heading of the page that says how it ended; `look URL LIGHT DARK` takes
 * two pictures. Invariant: it does what a person can do on the page, nothing else. What this is not: a test; whoever
 * starts it reads what it prints.
 */

import { browser } from '../../ui/browser/stage.mjs';

/** As it looks when nothing moves any more. */
const shot = (page, path) => page.screenshot({ path, animations: 'disabled' });

async function approve(page, url, picture) {
  await page.goto(url);
  await page.click('button[name=approve]');
  const result = page.locator('h1', { hasText: /^Signed in/ });
  await result.waitFor();
  await shot(page, picture);
  console.log(page.url());
  console.log(await result.innerText());
}

async function look(page, url, light, dark) {
  await page.goto(url);
  await page.locator('.cards').waitFor();
  await shot(page, light);
  await page.emulateMedia({ colorScheme: 'dark' });
  await shot(page, dark);
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
