/** Made-up settings, brokers and accounts for the forms. No real client id or secret is in it. */

import type { AccountField, SecretInFile, Setting, Settings, Source } from '../../bindings';
import { forms } from './outlets';

const DEFAULT: Source = { kind: 'default', fixed: false };

function setting(key: string, label: string, help: string, over: Partial<Setting>): Setting {
  const plain = { from: null, to: null, unit: '', choices: [], allowed: '' };
  return { key, label, help, kind: 'number', value: 0, default: 0, source: DEFAULT, ...plain, ...over };
}

const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'];

export function settings(secrets: SecretInFile[], outlets: Record<string, AccountField> = {}): Settings {
  const field = (key: string, label: string, help: string, secret = false, required = true) => ({
    key,
    label,
    help,
    secret,
    required,
  });
  const key = field('client_id', 'API key', 'Shown with your app at the broker.');
  const secret = field('client_secret', 'API secret', 'Shown with your app; Daypass keeps it in the keyring.', true);
  const redirect = field('redirect_uri', 'Redirect URI', 'Must be the same as in your app, letter by letter.');
  const user = field('user', 'Your user ID', 'If you enter it, a sign-in by anybody else is refused.', false, false);
  const base = field(
    'base_url',
    'Address of the API',
    'Leave it empty unless you use a proxy or a practice broker.',
    false,
    false,
  );
  const exchanges = field(
    'exchanges',
    'Exchanges',
    'What you trade, such as NSE MCX; reminders go by their hours.',
    false,
    false,
  );
  const stored: AccountField = {
    value: '6f1c2a9e-made-up',
    source: { kind: 'settings', line: 4, text: 'settings.yaml, line 4', fixed: false },
  };
  const fixed: AccountField = {
    value: 'http://localhost:5001/callback',
    source: { kind: 'dotenv', file: '.env', line: 3, text: '.env, line 3', fixed: true },
  };
  const general = [
    setting('check_every_minutes', 'Check every', 'How often the broker is asked whether the token works.', {
      value: 30,
      default: 30,
      from: 0.02,
      to: 1440,
      unit: 'min',
    }),
    setting(
      'lead_minutes',
      'Refresh before the end',
      'How long before the end a new token is tried for, where that gives a later end.',
      { value: 60, default: 60, from: 0.02, to: 1440, unit: 'min' },
    ),
    setting('attempts', 'Attempts', 'How often a refresh is tried before it is up to you.', {
      kind: 'whole',
      value: 3,
      default: 3,
      from: 1,
      to: 10,
    }),
    setting('green_above_hours', 'Green above', 'Green needs more time left than this, and a yes from the broker.', {
      value: 3,
      default: 3,
      from: 0.0005,
      to: 168,
      unit: 'h',
    }),
    setting('red_below_hours', 'Red below', 'Red begins with less time left than this.', {
      value: 1,
      default: 1,
      from: 0.0003,
      to: 168,
      unit: 'h',
    }),
    setting('sign_in_wait_minutes', 'Sign-in waits', 'How long a sign-in waits for you in the browser.', {
      value: 5,
      default: 5,
      from: 0.05,
      to: 60,
      unit: 'min',
    }),
    setting(
      'open_browser',
      'Open the browser',
      'auto: by itself while somebody is there. ask: only when you press a button.',
      { kind: 'choice', value: 'auto', default: 'auto', choices: ['auto', 'ask'] },
    ),
    setting('quiet_hours', 'Quiet hours', 'Only the icon changes in these hours of this computer’s clock.', {
      kind: 'span',
      value: '22:00-07:00',
      default: '',
      source: { kind: 'settings', line: 2, text: 'settings.yaml, line 2', fixed: false },
    }),
    setting('logging.level', 'Log level', 'How much is written to the log.', {
      kind: 'choice',
      value: 'debug',
      default: 'info',
      choices: LEVELS,
      source: { kind: 'config', file: 'config.yaml', line: 12, text: 'config.yaml, line 12', fixed: true },
    }),
    setting('logging.file', 'Log file', 'Relative to the state folder; a date is added to its name.', {
      kind: 'file',
      value: 'daypass.log',
      default: 'daypass.log',
    }),
    setting(
      'api.enabled',
      'Local HTTP door',
      'Whether the status, refresh and dashboard addresses on 127.0.0.1 are there.',
      { kind: 'flag', value: true, default: true },
    ),
    setting('api.port', 'Port', 'The port of the local HTTP door.', {
      kind: 'whole',
      value: 8000,
      default: 8000,
      from: 1,
      to: 65_535,
    }),
  ];
  // What an account may have of its own; one of them is.
  const own = (id: string) =>
    general
      .filter((one) => !one.key.includes('.'))
      .map((one) => {
        const key = `accounts.${id}.policy.${one.key}`;
        const said: Partial<Setting> =
          one.key === 'check_every_minutes'
            ? { value: 10, source: { kind: 'settings', line: 9, text: 'settings.yaml, line 9', fixed: false } }
            : { source: DEFAULT };
        return { ...one, default: one.value, ...said, key };
      });
  return {
    settings: general,
    own: { upstox: own('upstox') },
    brokers: [
      {
        id: 'upstox',
        name: 'Upstox',
        habit: 'Ends every token at 03:30 India time and cannot renew it: one sign-in per trading day.',
        console: 'https://account.upstox.com/developer/apps',
        fields: [key, secret, redirect, user, base, exchanges],
      },
      {
        id: 'oauth2',
        name: 'Another broker (OAuth2)',
        habit: 'Renews by itself where the broker allows it.',
        console: null,
        fields: [
          key,
          secret,
          redirect,
          field('authorize_url', 'Authorize URL', 'Where people sign in.'),
          field('token_url', 'Token URL', 'Where codes are exchanged.'),
          user,
          exchanges,
        ],
      },
    ],
    outlets: forms(),
    accounts: { upstox: { client_id: stored, redirect_uri: fixed, ...outlets } },
    secrets_in_files: secrets,
    address: 'http://127.0.0.1:8000',
    folders: {
      config: '/home/trader/.config/daypass',
      data: '/home/trader/.local/share/daypass',
      state: '/home/trader/.local/state/daypass',
      runtime: '/run/user/1000/daypass',
    },
  };
}
