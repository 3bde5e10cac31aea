import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { open, PAGE, settle } from './stage';

interface Row {
  scene: string;
  word: string;
  glyph: string;
  action: string | null;
  line: RegExp;
  /** What a page without a session offers instead. */
  page?: string | null;
}

const ROWS: Row[] = [
  {
    scene: 'calm',
    word: 'Valid',
    glyph: 'g-ok',
    action: 'Copy token',
    page: 'Ask now',
    line: /Valid until 03:30 tomorrow/,
  },
  {
    scene: 'ends_soon',
    word: 'Ends soon',
    glyph: 'g-soon',
    action: 'Copy token',
    page: 'Ask now',
    line: /Ends soon, at 03:30, as every night/,
  },
  { scene: 'last_hour', word: 'Last hour', glyph: 'g-urgent', action: 'Sign in', line: /Last hour, ends at 10:04/ },
  {
    scene: 'expired',
    word: 'Expired',
    glyph: 'g-expired',
    action: 'Sign in now',
    line: /Expired at 03:30, as every night/,
  },
  {
    scene: 'holiday_expired',
    word: 'Expired',
    glyph: 'g-expired',
    action: 'Sign in',
    line: /Expired at 03:30, not needed today/,
  },
  {
    scene: 'ended_early',
    word: 'Ended early',
    glyph: 'g-expired',
    action: 'Sign in now',
    line: /Ended early, 16 h 49 min before its time/,
  },
  {
    scene: 'not_verified',
    word: 'Not verified',
    glyph: 'g-unknown',
    action: 'Ask now',
    line: /since 10:58. Upstox does not answer/,
  },
  { scene: 'signed_out', word: 'Signed out', glyph: 'g-out', action: 'Sign in', line: /^Signed out\.$/ },
  { scene: 'never', word: 'Signed out', glyph: 'g-out', action: 'Sign in', line: /Nobody has signed in yet/ },
  {
    scene: 'missing',
    word: 'Not set up',
    glyph: 'g-out',
    action: 'Enter keys',
    page: null,
    line: /The API secret is missing/,
  },
  { scene: 'waiting', word: 'Waiting for your browser', glyph: 'g-work', action: 'Copy link', line: /since 08:30/ },
  {
    scene: 'renewing',
    word: 'Renewing',
    glyph: 'g-work',
    action: null,
    line: /try 1 of 3 · old token good until 04:19/,
  },
  { scene: 'proving', word: 'Checking the new token', glyph: 'g-work', action: null, line: /Checking the new token/ },
  {
    scene: 'paused',
    word: 'Paused',
    glyph: 'g-pause',
    action: 'Resume',
    page: null,
    line: /Paused by you until 08:00 tomorrow/,
  },
];

const plain = (text: string | null | undefined) => (text ?? '').replaceAll('\u00a0', ' ');

function firstButton(card: HTMLElement): string | null {
  const button = card.querySelector('.act button');
  return button ? plain(button.textContent).trim() : null;
}

describe.each(ROWS)('$scene', ({ scene, word, glyph, action, line, page = action }) => {
  test('has its word, its shape, its sentence and its one action', async () => {
    await open(scene);
    const card = screen.getByRole('article');
    expect(card.querySelector('.row b')?.textContent).toBe(word);
    expect(card.querySelector('.glyph use')?.getAttribute('href')).toBe(`#${glyph}`);
    expect(plain(card.querySelector('.row')?.textContent)).toMatch(line);
    expect(firstButton(card)).toBe(action);
  });

  test('offers on a page without a session only what that page may do', async () => {
    await open(scene, { can: PAGE });
    expect(firstButton(screen.getByRole('article'))).toBe(page);
    expect(screen.queryByRole('button', { name: 'Settings' })).toBeNull();
  });
});

test('each action does what it says', async () => {
  for (const [scene, name, call] of [
    ['calm', 'Copy token', 'copyToken'],
    ['not_verified', 'Ask now', 'probe'],
    ['signed_out', 'Sign in', 'signIn'],
    ['paused', 'Resume', 'resume'],
  ] as const) {
    const { backend } = await open(scene);
    const cards = screen.getAllByRole('article');
    await fireEvent.click(within(cards[cards.length - 1] as HTMLElement).getByRole('button', { name }));
    await settle();
    expect(
      backend.calls.map(([done]) => done),
      scene,
    ).toEqual([call]);
    document.body.replaceChildren();
  }
});

test('at most one button is filled, and none when nothing needs you', async () => {
  for (const [scene, filled] of [
    ['calm', 0],
    ['paused', 0],
    ['never', 1],
    ['expired', 0],
    ['day', 0],
    ['key_refused', 0],
    ['first', 1],
  ] as const) {
    await open(scene);
    expect(document.querySelectorAll('.btn.fill').length, scene).toBe(filled);
    document.body.replaceChildren();
  }
});

test('healthy accounts fold while another is red, and red ones move to the top', async () => {
  await open('worst');
  const [first, second] = screen.getAllByRole('article');
  expect(first?.dataset['account']).toBe('upstox');
  expect(second?.classList.contains('fold')).toBe(true);
  expect(second?.textContent).toContain('Valid');
});

test('a page without a session can neither end a token nor take an address, and can still open the sign-in', async () => {
  await open('waiting', { can: PAGE });
  expect(screen.queryByLabelText('Paste the whole address it ended on')).toBeNull();
  expect(screen.getByRole('button', { name: 'Open again' })).toBeTruthy();
  document.body.replaceChildren();
  await open('calm', { can: PAGE, hash: '#details=upstox' });
  expect(screen.queryByRole('button', { name: 'Sign out' })).toBeNull();
  expect(screen.getByRole('button', { name: 'Refresh now' })).toBeTruthy();
});

test('a no is shown with its sentences, and the rest of the page stays', async () => {
  await open('port_taken');
  await fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  await settle();
  expect(screen.getAllByText('Port 5001 is taken by python3 (process 4312).')).toHaveLength(1);
  expect(screen.getByRole('article')).toBeTruthy();
});

test('foreign words are text and never markup', async () => {
  await open('key_refused');
  expect(screen.getByText(/<b>one or more<\/b> of the credentials/)).toBeTruthy();
  expect(screen.getByText(/Code UDAPI100069/)).toBeTruthy();
});
