import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';

import { HttpBackend } from '../src/backends/http';
import type { BrokerField, Setting, Snapshot } from '../src/bindings';
import { here } from '../src/route.svelte';
import { checkField, checkSetting, typed } from '../src/settings/check';
import { groupsOf } from '../src/settings/groups';
import { open, PAGE, settle } from './stage';

const base: Setting = {
  key: 'x',
  label: 'X',
  help: '',
  kind: 'number',
  value: 1,
  default: 1,
  source: { kind: 'default', fixed: false },
  from: null,
  to: null,
  unit: '',
  choices: [],
  allowed: '',
};

describe('a setting', () => {
  const number: Setting = { ...base, from: 0.02, to: 1440 };
  const whole: Setting = { ...base, kind: 'whole', from: 1, to: 10 };
  const span: Setting = { ...base, kind: 'span' };
  test.each([
    ['a number in its range', number, '30', ''],
    ['a fraction where it may be one', number, '0.5', ''],
    ['nothing', number, '', 'Enter a number.'],
    ['a word', number, 'soon', 'Enter a number.'],
    ['too little', number, '0', 'Enter a number from 0.02 to 1440.'],
    ['too much', whole, '11', 'Enter a number from 1 to 10.'],
    ['a fraction where it must be whole', whole, '2.5', 'Enter a whole number.'],
    ['two times', span, '22:00-07:00', ''],
    ['no times', span, '', ''],
    ['one time', span, '22:00-', 'Enter two times such as 22:00 and 07:00, or leave both empty.'],
    ['an hour that is none', span, '24:00-07:00', 'Enter two times such as 22:00 and 07:00, or leave both empty.'],
    ['no file name', { ...base, kind: 'file' }, ' ', 'Enter a name.'],
  ] as const)('%s', (_, setting, text, sentence) => {
    expect(checkSetting(setting, text)).toBe(sentence);
  });

  test('goes out in its own type', () => {
    expect(typed(number, '30')).toBe(30);
    expect(typed({ ...base, kind: 'flag' }, 'true')).toBe(true);
    expect(typed(span, ' 22:00-07:00 ')).toBe('22:00-07:00');
  });

  test('that nobody knows yet is shown in the last pane', () => {
    const shown = groupsOf('advanced', [{ ...base, key: 'brand_new' }]);
    expect(shown.map((group) => group.title)).toEqual(['Other']);
  });
});

describe('a field', () => {
  const field = (key: string, over: Partial<BrokerField> = {}): BrokerField => ({
    key,
    label: key,
    help: '',
    secret: false,
    required: true,
    ...over,
  });
  const secret = field('client_secret', { secret: true });
  test.each([
    ['a key', field('client_id'), 'abc', false, ''],
    ['no key', field('client_id'), '', false, 'This is needed.'],
    ['a blank at its end', field('client_id'), 'abc ', false, 'Blanks at either end do not belong to it.'],
    ['no secret for a new account', secret, '', false, 'This is needed.'],
    ['no secret where one is stored', secret, '', true, ''],
    ['nothing where nothing is needed', field('user', { required: false }), '', false, ''],
    ['a redirect to this computer', field('redirect_uri'), 'http://localhost:5001/callback', false, ''],
    [
      'a redirect without a scheme',
      field('redirect_uri'),
      'localhost:5001/callback',
      false,
      'Enter an address such as http://localhost:5001/callback.',
    ],
    ['plain http to this computer', field('base_url'), 'http://127.0.0.1:9000', false, ''],
    [
      'plain http to elsewhere',
      field('base_url'),
      'http://api.example',
      false,
      'Enter an address that begins with https://, or http:// on this computer.',
    ],
  ] as const)('%s', (_, one, text, stored, sentence) => {
    expect(checkField(one, text, stored)).toBe(sentence);
  });
});

describe('the settings view', () => {
  test('applies a right value at once, and a wrong one not at all', async () => {
    const { backend } = await open('calm', { hash: '#settings/general' });
    const input = screen.getByLabelText<HTMLInputElement>('Check every');
    await fireEvent.input(input, { target: { value: 'soon' } });
    await fireEvent.change(input, { target: { value: 'soon' } });
    await settle();
    expect(screen.getByRole('alert').textContent).toBe('Enter a number.');
    expect(input.getAttribute('aria-invalid')).toBe('true');
    expect(backend.calls).toEqual([]);
    await fireEvent.input(input, { target: { value: '15' } });
    await fireEvent.change(input, { target: { value: '15' } });
    await settle();
    expect(backend.calls).toEqual([['changeSettings', { check_every_minutes: 15 }]]);
    expect(screen.getByText('Default: 30 min.')).toBeTruthy();
  });

  test('shows what a file has fixed, and where', async () => {
    await open('calm', { hash: '#settings/advanced' });
    expect(screen.getByText('Fixed by config.yaml, line 12; change it there.')).toBeTruthy();
    expect(screen.queryByRole('combobox', { name: 'Log level' })).toBeNull();
  });

  test('reads autostart back after writing it', async () => {
    const { backend } = await open('calm', { hash: '#settings/general' });
    const toggle = screen.getByRole('switch', { name: 'Start with the computer' });
    expect(toggle.getAttribute('aria-checked')).toBe('true');
    await fireEvent.click(toggle);
    await settle();
    expect(backend.calls).toEqual([['setAutostart', false]]);
    expect(toggle.getAttribute('aria-checked')).toBe('false');
  });

  test('has a way to quit, where there is a program to quit', async () => {
    const { backend } = await open('calm', { hash: '#settings/general' });
    await fireEvent.click(screen.getByRole('button', { name: 'Quit Daypass' }));
    await settle();
    expect(backend.calls).toEqual([['quit']]);
    expect('quit' in new HttpBackend()).toBe(false);
  });

  test('is not there without a session', async () => {
    await open('calm', { hash: '#settings/general', can: PAGE });
    expect(screen.queryByRole('navigation')).toBeNull();
    expect(screen.getByRole('article')).toBeTruthy();
  });
});

describe('an account', () => {
  test('is told in full: issued, ends, user, last asked, disk, backups, generation', async () => {
    await open('calm', { hash: '#settings/accounts/upstox' });
    // Where commas stand in a date differs from one ICU to the next.
    const facts = Object.fromEntries(
      [...document.querySelectorAll('.kv')].map((one) => [
        one.querySelector('dt')?.textContent,
        one.querySelector('dd')?.textContent?.trim().replaceAll(',', ''),
      ]),
    );
    expect(facts).toMatchObject({
      'Signed in as': 'AB1234',
      Issued: 'Thu 19 Nov 08:40:12',
      Ends: 'Fri 20 Nov 03:30:00',
      Generation: '212',
      Backups: '5 earlier tokens sealed',
      'On disk': 'Sealed written Thu 19 Nov 08:40:48',
    });
    expect(facts['Last asked']?.replaceAll('\u00a0', ' ')).toBe('4 min ago: it said yes');
    expect(screen.getByRole('button', { name: 'Refresh now' })).toBeTruthy();
  });

  test('may have settings of its own, until it goes by those of all again', async () => {
    const { backend } = await open('calm', { hash: '#settings/accounts/upstox' });
    const own = within(screen.getByText('Settings of its own: 1').closest('details') as HTMLElement);
    const every = own.getByLabelText<HTMLInputElement>('Check every');
    expect(every.value).toBe('10');
    expect(own.getByText('For all accounts: 30 min.')).toBeTruthy();
    const lead = own.getByLabelText('Refresh before the end');
    await fireEvent.input(lead, { target: { value: '15' } });
    await fireEvent.change(lead, { target: { value: '15' } });
    await settle();
    await fireEvent.click(own.getByRole('button', { name: 'As for all accounts' }));
    await settle();
    expect(backend.calls).toEqual([
      ['changeSettings', { 'accounts.upstox.policy.lead_minutes': 15 }],
      ['changeSettings', { 'accounts.upstox.policy.check_every_minutes': null }],
    ]);
  });

  test('is removed only after it was said what is lost', async () => {
    const { backend } = await open('calm', { hash: '#settings/accounts/upstox' });
    await fireEvent.click(screen.getByRole('button', { name: 'Remove…' }));
    const ask = screen.getByRole('group', { name: 'Remove Upstox?' });
    expect(ask.textContent).toContain('5 earlier tokens');
    expect(backend.calls).toEqual([]);
    await fireEvent.click(within(ask).getByRole('button', { name: 'Remove it' }));
    await settle();
    expect(backend.calls).toEqual([['removeAccount', 'upstox']]);
    expect(screen.getByText('No account yet.')).toBeTruthy();
  });

  test('is paused for as long as was chosen', async () => {
    const { backend } = await open('calm', { hash: '#details=upstox' });
    await fireEvent.click(screen.getByRole('button', { name: 'Pause' }));
    await fireEvent.click(screen.getByRole('button', { name: 'Until tomorrow 08:00' }));
    await settle();
    expect(backend.calls).toEqual([['pause', 'upstox', '2026-11-20T02:30:00.000Z']]);
  });

  test('is edited without its secret being shown or sent, and without what a file has fixed', async () => {
    const { backend } = await open('calm', { hash: '#settings/accounts/upstox/edit' });
    expect(screen.getByLabelText<HTMLInputElement>(/API secret/).value).toBe('');
    expect(screen.getByLabelText<HTMLInputElement>(/Redirect URI/).readOnly).toBe(true);
    expect(screen.getByText('Fixed by .env, line 3; change it there.')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    await settle();
    expect(backend.calls).toEqual([
      [
        'putAccount',
        {
          id: 'upstox',
          label: 'Upstox',
          broker: 'upstox',
          secrets: {},
          fields: { client_id: '6f1c2a9e-made-up', user: 'AB1234', base_url: '', exchanges: '' },
        },
      ],
    ]);
  });
});

describe('a secret in a file', () => {
  test('is copied, and then the line to delete is named, now and later', async () => {
    const { backend } = await open('secret_in_file', { hash: '#settings/accounts' });
    expect(screen.getByText('Upstox: the API secret lies readable in .env line 4.')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Copy to the keyring' }));
    await settle();
    expect(backend.calls).toEqual([['keepSecret', 'upstox']]);
    expect(screen.getByText('Copied. Now delete .env line 4.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Copy to the keyring' })).toBeNull();
    here.go('#settings/accounts/upstox');
    await settle();
    expect(screen.getByText('Copied. Now delete .env line 4.')).toBeTruthy();
  });

  test('stays named with its reason where it cannot be sealed', async () => {
    const { backend, live } = await open('secret_in_file', { hash: '#settings/accounts' });
    backend.push({ ...(live.snapshot as Snapshot), vault: { kind: 'memory', problem: null } });
    await settle();
    await fireEvent.click(screen.getByRole('button', { name: 'Seal a copy' }));
    await settle();
    expect(screen.getByText('The secret cannot be sealed.')).toBeTruthy();
    expect(screen.getByText('Upstox: the API secret lies readable in .env line 4.')).toBeTruthy();
    expect(screen.queryByText(/Copied/)).toBeNull();
  });

  test('is not spoken of where there is none', async () => {
    await open('calm', { hash: '#settings/accounts' });
    expect(screen.queryByText('Secrets in files')).toBeNull();
  });
});

describe('the first run', () => {
  test('names the first broker that Rust names, and offers practice', async () => {
    const { backend } = await open('first');
    expect(screen.getByRole('link', { name: 'Connect Upstox' }).getAttribute('href')).toBe('#connect=upstox');
    await fireEvent.click(screen.getByRole('button', { name: 'Try with the practice broker' }));
    await settle();
    expect(backend.calls).toEqual([['addPractice']]);
    expect(screen.getByRole('button', { name: 'Sign in' }).classList.contains('fill')).toBe(true);
  });

  test('offers nothing that a page without a session may not do', async () => {
    await open('first', { can: PAGE });
    expect(screen.queryByRole('button', { name: /practice/ })).toBeNull();
    expect(screen.queryByRole('link', { name: /Connect/ })).toBeNull();
  });
});

describe('a pasted address', () => {
  test.each([
    ['no address', 'hello', /That is not an address/],
    ['another page', 'https://www.example/?code=1', /does not begin with http:\/\/localhost:5001\/callback/],
    ['another port', 'http://localhost:5002/callback?code=1', /does not begin with/],
  ])('that is %s goes nowhere', async (_, text, sentence) => {
    const { backend } = await open('waiting');
    await fireEvent.input(screen.getByLabelText('Paste the whole address it ended on'), { target: { value: text } });
    await fireEvent.click(screen.getByText('Use it'));
    await settle();
    expect(screen.getByRole('alert').textContent).toMatch(sentence);
    expect(backend.calls).toEqual([]);
  });

  test('that is the right one is handed over', async () => {
    const { backend } = await open('waiting');
    const address = 'http://localhost:5001/callback?code=made-up&state=made-up';
    await fireEvent.input(screen.getByLabelText('Paste the whole address it ended on'), {
      target: { value: ` ${address} ` },
    });
    await fireEvent.click(screen.getByText('Use it'));
    await settle();
    expect(backend.calls).toEqual([['paste', 'upstox', address]]);
  });
});
