import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { Failure } from '../src/backend';
import { accounts, account } from '../src/backends/scenes';
import { forms, outlets } from '../src/backends/scenes/outlets';
import { problem } from '../src/backends/scenes/base';
import { outletLines } from '../src/outlets';
import { checkOutlet } from '../src/settings/check';
import { open, PAGE, settle } from './stage';

const NOW = Date.parse('2026-11-19T06:12:00Z');
const field = (kind: string, key: string) => {
  const found = forms()
    .find((form) => form.id === kind)
    ?.fields.find((one) => one.key === key);
  if (!found) throw new Error(`no field ${kind}.${key}`);
  return found;
};

describe('how it goes with an outlet', () => {
  test('is said in a word, with what is there and what to do', () => {
    const said = outletLines(account({ outlets: outlets() }), NOW).map((line) => [line.word, line.text]);
    expect(said).toEqual([
      ['Has it', 'It has token 212 since 08:40.'],
      [
        'Failed',
        '/home/trader/bot/.env cannot be written: permission denied. ' +
          'Give yourself the right to write it; Daypass tries again by itself. Tried again at 11:43.',
      ],
      ['Under way', 'It has token 211 since 08:42 yesterday.'],
    ]);
  });

  test('is never called well once the token has ended', () => {
    const [line] = outletLines({ ...accounts.expired(), outlets: outlets() }, NOW);
    expect(line?.word).toBe('Its token has ended');
    expect(line?.tone).not.toBe('ok');
  });

  test('is told on the card where a bot did not get its token', async () => {
    await open('outlets');
    expect(screen.getByText('/home/trader/bot/.env cannot be written: permission denied.')).toBeTruthy();
  });
});

describe('a field of an outlet', () => {
  const FILE = 'Enter a file such as ~/bot/token.json; a relative path begins in the settings folder.';
  test.each([
    ['a file', 'json_file', 'path', '~/bot/token.json', false, ''],
    ['no file', 'json_file', 'path', ' ', false, 'This is needed.'],
    ['a folder', 'json_file', 'path', '~/bot/', false, FILE],
    ['the home of somebody else', 'json_file', 'path', '~eve/token.json', false, FILE],
    ['no variable', 'env_file', 'key', '', false, ''],
    ['a variable', 'env_file', 'key', 'UPSTOX_ACCESS_TOKEN', false, ''],
    [
      'a variable that begins with a digit',
      'env_file',
      'key',
      '2FA',
      false,
      'Enter a name of letters, digits and _ that does not begin with a digit.',
    ],
    ['an address', 'webhook', 'url', 'https://hooks.example/token?x=1', false, ''],
    ['this computer', 'webhook', 'url', 'http://127.0.0.1:9000/token', false, ''],
    ['no secret for a new webhook', 'webhook', 'webhook_secret', '', false, 'This is needed.'],
    ['no secret where one is stored', 'webhook', 'webhook_secret', '', true, ''],
    ['a choice', 'command', 'give', 'env', false, ''],
  ])('%s', (_, kind, key, text, stored, sentence) => {
    expect(checkOutlet(field(kind, key), text, stored)).toBe(sentence);
  });

  test.each(['http://hooks.example', 'https://me:word@hooks.example', 'https://hooks.example/#a', 'hooks.example'])(
    'an address that would give the token away: %s',
    (text) => {
      expect(checkOutlet(field('webhook', 'url'), text, false)).toMatch(/^Enter an address that begins with https/);
    },
  );
});

describe('the outlets of an account in the settings', () => {
  const hash = '#settings/accounts/upstox';
  const type = (input: HTMLElement, value: string) => fireEvent.input(input, { target: { value } });

  test('are off until a form is filled in, which goes out as a whole', async () => {
    const { backend } = await open('calm', { hash });
    await fireEvent.click(screen.getByRole('button', { name: 'Set up Webhook' }));
    const form = within(screen.getByRole('form', { name: 'Set up Webhook' }));
    await fireEvent.click(form.getByRole('button', { name: 'Switch on' }));
    await settle();
    expect(form.getAllByRole('alert').map((one) => one.textContent)).toEqual(['This is needed.', 'This is needed.']);
    expect(document.activeElement).toBe(form.getByLabelText('Address'));
    expect(backend.calls).toEqual([]);

    await type(form.getByLabelText('Address'), ' https://hooks.example/token ');
    await type(form.getByLabelText('Signing secret'), 'four and twenty letters, made up');
    await fireEvent.click(form.getByRole('button', { name: 'Switch on' }));
    await settle();
    expect(backend.calls).toEqual([
      [
        'putAccount',
        {
          id: 'upstox',
          label: 'Upstox',
          broker: 'upstox',
          fields: { 'outlets.webhook.url': 'https://hooks.example/token' },
          secrets: { webhook_secret: 'four and twenty letters, made up' },
        },
      ],
    ]);
    expect(screen.queryByRole('form', { name: 'Set up Webhook' })).toBeNull();
  });

  test('say nothing where the default is meant', async () => {
    const { backend } = await open('calm', { hash });
    await fireEvent.click(screen.getByRole('button', { name: 'Set up Command' }));
    await type(screen.getByRole('textbox', { name: 'Command' }), 'systemctl --user restart bot');
    expect(screen.getByRole('button', { name: 'On its standard input' }).getAttribute('aria-pressed')).toBe('true');
    await fireEvent.click(screen.getByRole('button', { name: 'Switch on' }));
    await settle();
    expect(backend.calls[0]?.[1]).toMatchObject({
      fields: { 'outlets.command.run': 'systemctl --user restart bot', 'outlets.command.give': '' },
      secrets: {},
    });
  });

  test('can be changed and switched off; a stored secret is never shown', async () => {
    const { backend } = await open('outlets', { hash });
    await fireEvent.click(screen.getByRole('button', { name: 'Change JSON file' }));
    expect(screen.getByLabelText<HTMLInputElement>('File').value).toBe('~/bot/token.json');
    await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    const row = screen.getByText('JSON file').closest('li');
    if (!row) throw new Error('no row');
    await fireEvent.click(within(row).getByRole('button', { name: 'Switch off' }));
    await settle();
    expect(backend.calls).toEqual([['changeSettings', { 'accounts.upstox.outlets.json_file': null }]]);
    expect(screen.getByRole('button', { name: 'Set up JSON file' })).toBeTruthy();
  });

  test('that a file has fixed can be given their secret, and nothing else', async () => {
    const { backend } = await open('outlets', { hash });
    const row = screen.getByText('Webhook').closest('li');
    if (!row) throw new Error('no row');
    expect(within(row).getByText('Fixed by config.yaml, line 21; change it there.')).toBeTruthy();
    expect(within(row).queryByRole('button', { name: 'Switch off' })).toBeNull();
    await fireEvent.click(within(row).getByRole('button', { name: 'Change Webhook' }));
    expect(within(row).getByLabelText<HTMLInputElement>('Address').readOnly).toBe(true);
    const secret = within(row).getByLabelText<HTMLInputElement>('Signing secret');
    expect(secret.value).toBe('');
    expect(secret.type).toBe('password');
    await type(secret, 'four and twenty letters, made up');
    await fireEvent.click(within(row).getByRole('button', { name: 'Save' }));
    await settle();
    expect(backend.calls[0]?.[1]).toMatchObject({
      fields: {},
      secrets: { webhook_secret: 'four and twenty letters, made up' },
    });
  });

  test('tell a refusal where it was asked for, and keep what was typed', async () => {
    const { backend } = await open('calm', { hash });
    backend.putAccount = () =>
      Promise.reject(
        new Failure('bad_input', problem('short', 'The signing secret is too short.', 'Use a longer one.')),
      );
    await fireEvent.click(screen.getByRole('button', { name: 'Set up JSON file' }));
    await type(screen.getByLabelText('File'), '~/token.json');
    await fireEvent.click(screen.getByRole('button', { name: 'Switch on' }));
    await settle();
    expect(screen.getByText('The signing secret is too short.')).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>('File').value).toBe('~/token.json');
  });

  test('are only looked at without a session', async () => {
    await open('outlets', { can: PAGE, hash: '#details=upstox' });
    const section = within(screen.getByRole('region', { name: 'Outlets' }));
    expect(section.getAllByRole('listitem')).toHaveLength(3);
    expect(section.queryByRole('button')).toBeNull();
  });
});
