/**
 * A person at the dashboard of the program as built, in a real Chromium.
 *
 * `session OPEN LINK COMMAND` prints what was seen as one JSON object. Invariant: it does what a person can do on the page,
 * and reads what a person can read. What this is not: a test; whoever starts it judges what it prints.
 */

import { readFile } from 'node:fs/promises';
import { browser, complaints } from '../../ui/browser/stage.mjs';

async function session(context, open, link, command) {
  const page = await context.newPage();
  const heard = await complaints(page);
  const settings = page.getByRole('button', { name: 'Settings' });

  await page.goto(open);
  await page.getByText('daypass dashboard', { exact: true }).waitFor();
  const seen = { settingsWithout: await settings.count(), pauseWithout: await pauses(page) };

  // The same page with a key behind the `#`: it begins anew by itself.
  await page.goto(link);
  await settings.click();
  seen.address = page.url();
  const cookies = await context.cookies();
  seen.cookie = cookies.map(({ httpOnly, sameSite, path, expires }) => ({ httpOnly, sameSite, path, expires }));
  seen.readable = await page.evaluate(() => document.cookie);

  const every = page.getByLabel('Check every');
  await every.fill('45');
  await every.press('Enter');
  await page.getByText('Saved').waitFor();

  await page.getByRole('link', { name: 'Accounts' }).click();
  await page.getByRole('link', { name: /Upstox/ }).first().click();
  await page.getByRole('button', { name: 'Set up Command' }).click();
  await page.getByRole('textbox', { name: 'Command' }).fill(command);
  await page.getByRole('button', { name: 'Switch on' }).click();
  await page.getByRole('button', { name: 'Change Command' }).waitFor();

  await page.getByRole('link', { name: 'Bots' }).click();
  await page.getByRole('button', { name: 'Add a bot' }).click();
  await page.getByLabel('Name of the bot').fill('screener');
  await page.getByRole('button', { name: 'Make a key' }).click();
  await page.getByText('The key for “screener” is on the clipboard.').waitFor();
  seen.key = await page.evaluate(() => navigator.clipboard.readText());
  seen.keyOnPage = (await page.content()).includes(seen.key);

  await page.getByRole('button', { name: /Back/ }).click();
  await page.getByRole('button', { name: 'History' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  seen.csv = [download.suggestedFilename(), await readFile(await download.path(), 'utf8')];

  const second = await context.newPage();
  await second.goto(open);
  await second.getByRole('button', { name: 'Settings' }).click();
  await second.getByRole('button', { name: 'End session' }).click();
  await second.getByText('daypass dashboard', { exact: true }).waitFor();
  seen.settingsAfter = await second.getByRole('button', { name: 'Settings' }).count();
  // The first tab learns of it when it asks for something.
  await page.getByRole('button', { name: 'Export CSV' }).click();
  await page.getByText(/Open one with `daypass dashboard`/).waitFor();

  await second.goto(link);
  await second.getByText('This link has been used, or is older than two minutes.').waitFor();
  seen.complaints = heard.filter((text) => !/401|Failed to load resource/.test(text));
  return seen;
}

async function pauses(page) {
  await page.getByRole('link', { name: 'Upstox' }).click();
  await page.getByRole('button', { name: 'Refresh now' }).waitFor();
  return page.getByRole('button', { name: /^Pause/ }).count();
}

const [what, ...rest] = process.argv.slice(2);
const chromium = await browser();
try {
  const context = await chromium.newContext({ viewport: { width: 900, height: 900 }, acceptDownloads: true });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  context.setDefaultTimeout(20_000);
  console.log(JSON.stringify(await { session }[what](context, ...rest)));
} finally {
  await chromium.close();
}
