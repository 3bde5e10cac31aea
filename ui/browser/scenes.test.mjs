/**
 * Every scene in a real Chromium, light and dark, narrow and as drawn: axe finds nothing, nothing overflows, the
 * policy is not broken, and a picture of each is taken.
 */

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser, complaints, serve, shots } from './stage.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WINDOW = { width: 420, height: 640 };
const SETTINGS = { width: 760, height: 560 };
const FOUR_K = { width: 3840, height: 2160 };
const NARROW = { width: 360, height: 640 };

/** The main window, one per scene. */
const SCENES = [
  'day',
  'worst',
  'first',
  'calm',
  'ends_soon',
  'last_hour',
  'last_hour_fixed',
  'expired',
  'ended_early',
  'signed_out',
  'never',
  'missing',
  'waiting',
  'renewing',
  'proving',
  'not_verified',
  'paused',
  'practice',
  'practice_expired',
  'many',
  'locked',
  'locked_expired',
  'secret_in_file',
  'memory',
  'not_saved',
  'wrong_user',
  'port_taken',
  'key_refused',
  'notes',
  'at_risk',
  'at_risk_two',
  'not_ready_yet',
  'night_check',
  'holiday',
  'holiday_expired',
  'no_session',
  'clock_slow',
  'clock_fast',
  'bots',
  'bots_older',
  'bots_ended',
  'outlets',
  'offline',
  'loading',
  'nobody',
];
/**
 * What the documentation shows of the window. Beside the pictures stands what could be read on them: a page that says
 * something else has stale ones, on every machine and with every font. DAYPASS_DOCS=1 makes them anew.
 */
const IN_DOCS = new Map([
  ['calm', 'window'],
  ['dashboard-page', 'dashboard'],
  ['first', 'first-run'],
  ['waiting', 'sign-in'],
  ['details', 'details'],
  ['history', 'history'],
  ['connect-broker', 'connect-broker'],
  ['connect-keys', 'connect-keys'],
  ['connect-wait', 'connect-sign-in'],
  ['settings-general', 'settings'],
  ['settings-accounts', 'settings-accounts'],
  ['settings-bots', 'settings-bots'],
  ['settings-outlets', 'settings-outlets'],
  ['settings-notifications', 'settings-notifications'],
  ['settings-log', 'settings-log'],
]);
const DOCS = join(import.meta.dirname, '../../docs');
const TEXTS = join(DOCS, 'pictures.json');
const ANEW = process.env.DAYPASS_DOCS === '1';
// Those of the tray and of notifications are made on a desktop, by tests/desktop.rs.
const texts = JSON.parse(await readFile(TEXTS, 'utf8'));

/** Without numbers: some of them count. */
async function textOf(page) {
  return (await page.locator('body').innerText()).replace(/\d+/g, '#').replace(/\s+/g, ' ').trim();
}

/** Other views: name, scene, the part after the address, size. */
const VIEWS = [
  ...SCENES.map((scene) => ({ name: scene, query: `fake=${scene}`, hash: '', size: WINDOW })),
  { name: 'dashboard', query: 'fake=worst&dashboard', hash: '', size: WINDOW },
  { name: 'dashboard-first', query: 'fake=first&dashboard', hash: '', size: WINDOW },
  { name: 'dashboard-waiting', query: 'fake=waiting&dashboard', hash: '', size: WINDOW },
  { name: 'dashboard-page', query: 'fake=day&dashboard', hash: '', size: { width: 1280, height: 900 } },
  { name: 'dashboard-spent', query: 'fake=calm&dashboard=spent', hash: '', size: WINDOW },
  { name: 'dashboard-session', query: 'fake=calm&dashboard=session', hash: '', size: WINDOW },
  { name: 'dashboard-settings', query: 'fake=calm&dashboard=session', hash: '#settings/general', size: SETTINGS },
  { name: 'dashboard-ended', query: 'fake=calm&dashboard=ended', hash: '', size: WINDOW },
  {
    name: 'dashboard-ended-settings',
    query: 'fake=calm&dashboard=ended',
    hash: '#settings/general',
    size: SETTINGS,
  },
  { name: 'details', query: 'fake=calm', hash: '#details=upstox', size: WINDOW },
  { name: 'details-bots', query: 'fake=bots_older', hash: '#details=upstox', size: { width: 420, height: 1000 } },
  { name: 'dashboard-bots', query: 'fake=bots&dashboard', hash: '#details=upstox', size: { width: 420, height: 1000 } },
  { name: 'details-waiting', query: 'fake=waiting', hash: '#details=upstox', size: WINDOW },
  { name: 'details-risk', query: 'fake=at_risk', hash: '#details=upstox', size: { width: 420, height: 1000 } },
  { name: 'history', query: 'fake=history', hash: '#history=upstox', size: { width: 960, height: 860 } },
  { name: 'history-renews', query: 'fake=history', hash: '#history=schwab', size: { width: 960, height: 860 } },
  {
    name: 'history-all',
    query: 'fake=history',
    hash: '#history=upstox',
    press: ['All activity', 'Export CSV'],
    size: { width: 420, height: 1900 },
  },
  { name: 'history-none', query: 'fake=history_none', hash: '#history=upstox', size: WINDOW },
  { name: 'history-slow', query: 'fake=slow', hash: '#history=upstox', size: WINDOW },
  { name: 'history-stopped', query: 'fake=slow', hash: '#history=upstox', press: ['Stop'], size: WINDOW },
  {
    name: 'details-slow',
    query: 'fake=slow',
    hash: '#details=upstox',
    press: ['Ask now', 'Look now'],
    slow: 2,
    size: { width: 420, height: 1000 },
  },
  { name: 'settings-slow', query: 'fake=slow', hash: '#settings/log', size: SETTINGS },
  { name: 'history-failed', query: 'fake=history_failed', hash: '#history=upstox', size: WINDOW },
  { name: 'settings-general', query: 'fake=calm', hash: '#settings/general', size: SETTINGS },
  { name: 'settings-accounts', query: 'fake=day', hash: '#settings/accounts', size: SETTINGS },
  { name: 'settings-secret', query: 'fake=secret_in_file', hash: '#settings/accounts', size: SETTINGS },
  { name: 'settings-account', query: 'fake=calm', hash: '#settings/accounts/upstox', size: SETTINGS },
  {
    name: 'settings-own',
    query: 'fake=calm',
    hash: '#settings/accounts/upstox',
    unfold: true,
    size: { width: 760, height: 1900 },
  },
  { name: 'details-outlets', query: 'fake=outlets', hash: '#details=upstox', size: { width: 420, height: 1000 } },
  { name: 'dashboard-outlets', query: 'fake=outlets&dashboard', hash: '#details=upstox', size: WINDOW },
  {
    name: 'settings-outlets',
    query: 'fake=outlets',
    hash: '#settings/accounts/upstox',
    size: { width: 760, height: 1200 },
  },
  {
    name: 'settings-outlet-form',
    query: 'fake=outlets',
    hash: '#settings/accounts/upstox',
    press: ['Change .env file', 'Set up Command', 'Change Webhook'],
    size: { width: 760, height: 1700 },
  },
  { name: 'settings-edit', query: 'fake=calm', hash: '#settings/accounts/upstox/edit', size: SETTINGS },
  { name: 'connect-broker', query: 'fake=first', hash: '#connect', size: WINDOW },
  { name: 'connect-keys', query: 'fake=first', hash: '#connect=upstox', size: WINDOW },
  { name: 'connect-keys-other', query: 'fake=first', hash: '#connect=oauth2', size: WINDOW },
  { name: 'connect-wait', query: 'fake=waiting', hash: '#connect/upstox', size: WINDOW },
  { name: 'connect-proving', query: 'fake=proving', hash: '#connect/upstox', size: WINDOW },
  { name: 'connect-failed', query: 'fake=key_refused', hash: '#connect/upstox', size: WINDOW },
  { name: 'connect-done', query: 'fake=calm', hash: '#connect/upstox', size: { width: 760, height: 560 } },
  { name: 'settings-bots', query: 'fake=bots', hash: '#settings/bots', size: SETTINGS },
  { name: 'settings-no-bots', query: 'fake=calm', hash: '#settings/bots', size: SETTINGS },
  { name: 'settings-notifications', query: 'fake=calm', hash: '#settings/notifications', size: SETTINGS },
  { name: 'settings-log', query: 'fake=calm', hash: '#settings/log', size: SETTINGS },
  { name: 'settings-advanced', query: 'fake=calm', hash: '#settings/advanced', size: SETTINGS },
];

let chrome, site, folder;
before(async () => {
  [chrome, site, folder] = [await browser(), await serve(join(import.meta.dirname, '../dist-fake/')), await shots()];
  await mkdir(folder, { recursive: true });
});
after(async () => {
  await chrome?.close();
  await site?.close();
  const sorted = Object.fromEntries(Object.entries(texts).sort());
  if (ANEW) await writeFile(TEXTS, `${JSON.stringify(sorted, null, 2)}\n`);
  console.log(`pictures: ${folder}`);
});

async function open(context, view, theme, lang = 'en') {
  const page = await context.newPage();
  // The desktop app freezes this against foreign scripts; the window must live with it.
  await page.addInitScript(() => Object.freeze(Object.prototype));
  const heard = await complaints(page);
  await page.goto(`${site.url}?${view.query}&theme=${theme}&lang=${lang}${view.hash}`);
  await page.locator('main').first().waitFor();
  // Late parts come with an answer of their own.
  const late = { first: 'a.btn.fill >> text=Upstox', settings: '.main .btn, .main .ctl' };
  if (view.query === 'fake=first' && !view.hash) await page.locator(late.first).waitFor();
  if (view.hash.startsWith('#connect')) await page.locator('.step').waitFor();
  if (view.hash.startsWith('#settings')) await page.locator(late.settings).first().waitFor();
  // What is pressed is named in English.
  for (const name of lang === 'en' ? (view.press ?? []) : []) await page.getByRole('button', { name }).click();
  if (view.hash.startsWith('#history')) await page.locator('main.history:not([aria-busy])').waitFor();
  if (view.slow && lang === 'en')
    await page
      .getByRole('button', { name: /^Stop: / })
      .nth(view.slow - 1)
      .waitFor();
  if (view.unfold) for (const part of await page.locator('summary').all()) await part.click();
  if (view.query.includes('offline')) await page.locator('.win.stale').waitFor();
  return { page, heard };
}

async function complaintsOfAxe(page) {
  // Read by the test and not by the page: the page's policy forbids it to run.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.map(
    (one) =>
      `${one.id}: ${one.nodes.map((node) => `${node.html.slice(0, 160)} (${node.failureSummary?.split('\n')[1] ?? ''})`).join(' | ')}`,
  );
}

/** Elements that reach over the edge of the page, or text that is cut where it should not be. */
function overflowing(page) {
  return page.evaluate(() => {
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    const out = [...document.querySelectorAll('body *:not(.sr):not(.sprite *)')].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width > 0 && !one.closest('.track, .plot') && (box.right > innerWidth + 0.5 || box.left < -0.5);
    });
    return [
      ...(wide > 0 ? [`the page by ${wide} px`] : []),
      ...out.map((one) => `${one.tagName}.${one.className?.baseVal ?? one.className}`),
    ];
  });
}

for (const theme of ['light', 'dark']) {
  for (const view of VIEWS) {
    test(`${view.name}, ${theme}`, async () => {
      const context = await chrome.newContext({
        viewport: view.size,
        colorScheme: theme,
        timezoneId: 'Asia/Kolkata',
        deviceScaleFactor: 2,
        reducedMotion: 'reduce',
      });
      const { page, heard } = await open(context, view, theme);
      try {
        assert.deepEqual(await overflowing(page), [], 'as drawn');
        await page.screenshot({ path: join(folder, `${view.name}-${theme}.png`) });
        const shown = IN_DOCS.get(view.name);
        if (shown && ANEW) {
          await page.screenshot({ path: join(DOCS, `${shown}-${theme}.png`), scale: 'css' });
          texts[shown] = await textOf(page);
        } else if (shown) {
          const stale = `docs/${shown}-${theme}.png is stale: run DAYPASS_DOCS=1 npm run test:browser in ui/`;
          assert.equal(await textOf(page), texts[shown], stale);
        }
        assert.deepEqual(await complaintsOfAxe(page), []);
        await page.setViewportSize(NARROW);
        assert.deepEqual(await overflowing(page), [], 'at 360 px');
        assert.deepEqual(heard, []);
      } finally {
        await context.close();
      }
    });
  }
}

// High contrast: the system's few colours, in which a state must still be told by its shape and its word.
for (const view of VIEWS.filter(({ name }) => IN_DOCS.has(name) || ['worst', 'last_hour', 'at_risk'].includes(name))) {
  test(`${view.name}, high contrast`, async () => {
    const context = await chrome.newContext({
      viewport: view.size,
      forcedColors: 'active',
      contrast: 'more',
      timezoneId: 'Asia/Kolkata',
      reducedMotion: 'reduce',
    });
    const { page, heard } = await open(context, view, 'light');
    try {
      await page.screenshot({ path: join(folder, `${view.name}-contrast.png`) });
      assert.deepEqual(await complaintsOfAxe(page), []);
      assert.deepEqual(await overflowing(page), []);
      assert.deepEqual(heard, []);
    } finally {
      await context.close();
    }
  });
}

// The same in another language: its words are longer, its letters taller.
for (const theme of ['light', 'dark']) {
  for (const view of VIEWS) {
    test(`${view.name}, ${theme}, Hindi`, async () => {
      const context = await chrome.newContext({
        viewport: view.size,
        colorScheme: theme,
        timezoneId: 'Asia/Kolkata',
        reducedMotion: 'reduce',
      });
      const { page, heard } = await open(context, view, theme, 'hi');
      try {
        assert.equal(await page.locator('html').getAttribute('lang'), 'hi');
        assert.deepEqual(await overflowing(page), [], 'as drawn');
        await page.screenshot({ path: join(folder, `${view.name}-${theme}-hi.png`) });
        assert.deepEqual(await complaintsOfAxe(page), []);
        await page.setViewportSize(NARROW);
        assert.deepEqual(await overflowing(page), [], 'at 360 px');
        assert.deepEqual(heard, []);
      } finally {
        await context.close();
      }
    });
  }
}

/** Where everything is that can be read or pressed. */
function places(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('.btn, .set, .set p, .input, dd, h2')].map((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      return [one.className, x, y, width, height].join(' ');
    }),
  );
}

for (const lang of ['en', 'hi']) {
  test(`nothing moves while somebody waits, ${lang}`, async () => {
    const context = await chrome.newContext({ viewport: { width: 760, height: 1400 }, timezoneId: 'Asia/Kolkata' });
    try {
      const { page } = await open(context, { query: 'fake=slow', hash: '#details=upstox' }, 'light', lang);
      const stop = lang === 'en' ? 'Stop' : 'रोकें';
      const waits = page.getByRole('button', { name: new RegExp(`^${stop}`) });
      for (const [index, label] of (lang === 'en' ? ['Ask now', 'Look now'] : ['अभी पूछें', 'अभी देखें']).entries()) {
        const before = await places(page);
        await page.getByRole('button', { name: label }).click();
        await waits.nth(index).waitFor();
        assert.deepEqual(await places(page), before, label);
      }
      await page.goto(`${site.url}?fake=slow&lang=${lang}#settings/general`);
      const input = page.locator('.set input').first();
      await input.waitFor();
      const before = (await places(page)).filter((place) => !place.startsWith('btn'));
      await input.fill('4');
      await input.press('Enter');
      await waits.first().waitFor();
      assert.deepEqual(
        (await places(page)).filter((place) => !place.startsWith('btn')),
        before,
        'a setting',
      );
      assert.deepEqual(await complaintsOfAxe(page), []);
    } finally {
      await context.close();
    }
  });
}

for (const theme of ['light', 'dark']) {
  test(`the bots of a card open with B, ${theme}`, async () => {
    const context = await chrome.newContext({ viewport: WINDOW, timezoneId: 'Asia/Kolkata', deviceScaleFactor: 2 });
    const { page } = await open(context, { query: 'fake=bots_older', hash: '' }, theme);
    try {
      await page.keyboard.press('b');
      await page.getByText('Has an older token').first().waitFor();
      await page.screenshot({ path: join(folder, `bots-open-${theme}.png`) });
      assert.deepEqual(await complaintsOfAxe(page), []);
      await page.setViewportSize(NARROW);
      assert.deepEqual(await overflowing(page), [], 'at 360 px');
    } finally {
      await context.close();
    }
  });

  test(`a bot's key is made and another revoked, ${theme}`, async () => {
    const context = await chrome.newContext({ viewport: SETTINGS, timezoneId: 'Asia/Kolkata', deviceScaleFactor: 2 });
    const { page, heard } = await open(context, { query: 'fake=bots', hash: '#settings/bots' }, theme);
    try {
      await page.getByRole('button', { name: 'Add a bot' }).click();
      await page.getByLabel('Name of the bot').fill('screener');
      await page.getByLabel('Only these').check();
      await page.getByRole('checkbox', { name: 'Upstox' }).check();
      await page.screenshot({ path: join(folder, `settings-bots-form-${theme}.png`) });
      assert.deepEqual(await complaintsOfAxe(page), [], 'the form');
      await page.setViewportSize(NARROW);
      assert.deepEqual(await overflowing(page), [], 'the form at 360 px');
      await page.setViewportSize(SETTINGS);
      await page.getByLabel('Name of the bot').press('Enter');
      await page
        .getByRole('status')
        .getByText(/The key for “screener” is on the clipboard/)
        .waitFor();
      await page.getByRole('button', { name: 'Revoke the key of hedger' }).click();
      await page.screenshot({ path: join(folder, `settings-bots-made-${theme}.png`) });
      assert.deepEqual(await complaintsOfAxe(page), [], 'the list');
      await page.setViewportSize(NARROW);
      assert.deepEqual(await overflowing(page), [], 'the list at 360 px');
      await page.screenshot({ path: join(folder, `settings-bots-narrow-${theme}.png`) });
      await page.getByRole('button', { name: 'Revoke it' }).click();
      await page.getByRole('cell', { name: 'hedger', exact: true }).waitFor({ state: 'detached' });
      await page.getByRole('cell', { name: 'screener', exact: true }).waitFor();
      assert.deepEqual(heard, []);
    } finally {
      await context.close();
    }
  });
}

test('another zone writes the exchange clock beside the local one', async () => {
  const context = await chrome.newContext({ viewport: WINDOW, timezoneId: 'Asia/Singapore', deviceScaleFactor: 2 });
  const { page } = await open(context, { query: 'fake=day', hash: '' }, 'light');
  try {
    await page.getByText('until 06:00 tomorrow · 03:30 IST').waitFor();
    // The scene's clock runs on: a second later it is 5 h 2 min.
    await page.getByText(/The market opens in 5\sh\s[23]\smin, at 11:45\s· 09:15\sIST/).waitFor();
    await page.screenshot({ path: join(folder, 'singapore.png') });
  } finally {
    await context.close();
  }
});

/** Every view of one account, at each level. */
const OF_AN_ACCOUNT = ['', '#details=upstox', '#settings/accounts/upstox', '#history=upstox', '#connect/upstox'];
for (const [level, scene] of [
  ['green', 'calm'],
  ['orange', 'ends_soon'],
  ['red', 'last_hour_fixed'],
]) {
  for (const theme of ['light', 'dark']) {
    for (const lang of ['en', 'hi']) {
      test(`every view of an account at ${level}, ${theme}, ${lang}, from 4K down`, async () => {
        const context = await chrome.newContext({
          colorScheme: theme,
          timezoneId: 'Asia/Kolkata',
          reducedMotion: 'reduce',
        });
        try {
          for (const hash of OF_AN_ACCOUNT) {
            const { page, heard } = await open(context, { query: `fake=${scene}`, hash }, theme, lang);
            for (const size of [FOUR_K, { width: 1024, height: 700 }, NARROW]) {
              await page.setViewportSize(size);
              assert.deepEqual(await overflowing(page), [], `${hash} at ${size.width} px`);
            }
            assert.deepEqual(await complaintsOfAxe(page), [], hash);
            assert.deepEqual(heard, [], hash);
            await page.close();
          }
        } finally {
          await context.close();
        }
      });
    }
  }
}

test('forced colours keep every state readable', async () => {
  const context = await chrome.newContext({
    viewport: WINDOW,
    timezoneId: 'Asia/Kolkata',
    forcedColors: 'active',
    deviceScaleFactor: 2,
  });
  const { page } = await open(context, { query: 'fake=worst', hash: '' }, 'light');
  try {
    await page.getByRole('alert').getByText('Upstox expired at 03:30.').waitFor();
    await page.screenshot({ path: join(folder, 'forced-colours.png') });
  } finally {
    await context.close();
  }
});

test('the keyboard alone signs in, cancels, and moves between cards', async () => {
  const context = await chrome.newContext({ viewport: WINDOW, timezoneId: 'Asia/Kolkata' });
  const { page } = await open(context, { query: 'fake=worst', hash: '' }, 'light');
  try {
    await page.keyboard.press('s');
    await page.getByText('Waiting for your browser').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('alert').getByText('Upstox expired at 03:30.').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement?.dataset.account), 'zerodha');
    await page.keyboard.press('2');
    assert.equal(
      await page.evaluate(() => document.activeElement?.dataset.account),
      'upstox',
      'numbers follow the owner’s order',
    );
    await page.keyboard.press('/');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  } finally {
    await context.close();
  }
});
