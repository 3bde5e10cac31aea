/** Made-up outlets: their forms, what an account has entered, and how it goes. No real address is in it. */

import type { AccountField, OutletField, OutletForm, OutletView } from '../../bindings';
import { at, problem } from './base';

function field(key: string, label: string, help: string, over: Partial<OutletField>): OutletField {
  const plain = { secret: false, required: true, choices: [], default: '', allowed: '' };
  return { key, label, help, kind: 'file', ...plain, ...over };
}

const FILE = 'a file such as ~/bot/token.json; a relative path begins in the settings folder';

export function forms(): OutletForm[] {
  return [
    {
      id: 'json_file',
      name: 'JSON file',
      help: 'A file with access_token, created_at and expires_at, as existing Upstox tools read it.',
      fields: [
        field('path', 'File', 'Where it is written, such as ~/bot/token.json; only you can read it.', {
          allowed: FILE,
        }),
      ],
    },
    {
      id: 'env_file',
      name: '.env file',
      help: 'One variable in a .env file; everything else in it stays as it is.',
      fields: [
        field('path', 'File', 'The .env file, such as ~/bot/.env. It is made if it is not there.', { allowed: FILE }),
        field('key', 'Variable', 'The variable’s name; the one that the broker’s official client reads if left out.', {
          kind: 'variable',
          required: false,
          allowed: 'a name of letters, digits and _ that does not begin with a digit',
        }),
      ],
    },
    {
      id: 'command',
      name: 'Command',
      help: 'A program that is started with each new token.',
      fields: [
        field('run', 'Command', 'The program and its arguments, such as systemctl --user restart bot.', {
          kind: 'program',
          allowed: 'a program and its arguments',
        }),
        field('give', 'Token', 'stdin: as one line on its standard input. env: in a variable.', {
          kind: 'choice',
          required: false,
          choices: ['stdin', 'env'],
          default: 'stdin',
          allowed: 'stdin, env',
        }),
      ],
    },
    {
      id: 'webhook',
      name: 'Webhook',
      help: 'A web address that each new token is sent to, signed.',
      fields: [
        field('url', 'Address', 'https only; plain http to this computer.', {
          kind: 'address',
          allowed: 'an address that begins with https://, without user name and #; plain http only to this computer',
        }),
        field('webhook_secret', 'Signing secret', 'At least 24 letters that the receiver knows too.', {
          kind: 'secret',
          secret: true,
        }),
      ],
    },
  ];
}

/** A file of this user's that is entered in the window, and a webhook that the user's own file has fixed. */
export function entered(): Record<string, AccountField> {
  return {
    'outlets.json_file.path': {
      value: '~/bot/token.json',
      source: { kind: 'settings', line: 9, text: 'settings.yaml, line 9', fixed: false },
    },
    'outlets.env_file.path': {
      value: '~/bot/.env',
      source: { kind: 'settings', line: 11, text: 'settings.yaml, line 11', fixed: false },
    },
    'outlets.webhook.url': {
      value: 'https://hooks.example/token',
      source: { kind: 'config', file: 'config.yaml', line: 21, text: 'config.yaml, line 21', fixed: true },
    },
  };
}

export function outlets(): OutletView[] {
  const one = (kind: string, name: string, target: string, over: Partial<OutletView>): OutletView => ({
    kind,
    name,
    target,
    state: 'delivered',
    generation: 212,
    at: at(8.68),
    problem: null,
    next_try: null,
    ...over,
  });
  return [
    one('json_file', 'JSON file', '/home/trader/bot/token.json', {}),
    one('env_file', '.env file', '/home/trader/bot/.env', {
      state: 'failed',
      generation: 211,
      at: at(-15.3),
      next_try: at(11.73),
      problem: problem(
        'outlet_not_writable',
        '/home/trader/bot/.env cannot be written: permission denied.',
        'Give yourself the right to write it; Daypass tries again by itself.',
      ),
    }),
    one('webhook', 'Webhook', 'https://hooks.example/…', { state: 'delivering', generation: 211, at: at(-15.3) }),
  ];
}
