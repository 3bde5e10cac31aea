/**
 * Made-up moments, for development and tests: every standing, and the pages around them.
 *
 * Invariant: whatever Rust can send has a scene here. What this is not: part of any bundle that is shipped. No real
 * client id, user or token is in it.
 */

import type { Problem, Snapshot, VaultView } from '../../bindings';
import { accounts } from './accounts';
import { ahead } from './ahead';
import { bot } from './bots';
import { outlets } from './outlets';
import { account, at, problem, snapshot } from './base';

export { accounts } from './accounts';
export { account, at, day, notReady, problem, ready, snapshot, work } from './base';
export { findings } from './ahead';

const PORT_TAKEN = problem(
  'port_taken',
  'Port 5001 is taken by python3 (process 4312).',
  'Close it first: the broker can only send you back there.',
);
const WRONG_USER = problem(
  'wrong_user',
  'You signed in as CD5678. This account is AB1234, and nothing changed here.',
  'Sign out at the broker in the browser, then sign in with the right user.',
  'sign_in_again',
);
const KEY_REFUSED: Problem = {
  ...problem(
    'UDAPI100069',
    'Upstox refused the key or secret.',
    'Compare both with your app at Upstox; nothing is tried again before that.',
    'fix_setting',
  ),
  quote: 'Check your client_id; <b>one or more</b> of the credentials are incorrect',
};
const LOCKED: VaultView = {
  kind: 'locked',
  problem: problem(
    'VAULT_LOCKED',
    'The keyring is locked.',
    'Unlock it; until then a new sign-in is kept in memory only.',
  ),
};
const NOT_SAVED = problem('keyring', 'The keyring refused to open.', 'Unlock it; saving is tried again by itself.');

/** Given before the token that is held. */
const OLDER = { generation: 211, current: false };

/** Each takes no argument and gives the whole snapshot. */
export const scenes: Record<string, () => Snapshot> = {
  ...ahead,
  day: () => snapshot(4.2, [accounts.early(), accounts.soonToday(), accounts.renewing()], { worst: 'zerodha' }),
  worst: () => snapshot(9.07, [accounts.second(), accounts.expired()], { worst: 'upstox' }),
  first: () => snapshot(8.4, []),
  bots: () =>
    snapshot(11.7, [account({ bots: [bot('nifty-straddle', 8.69), bot('hedger', 8.68, { via: 'socket' })] })]),
  bots_older: () =>
    snapshot(11.7, [
      account({
        bots: [
          bot('hedger', 8.68, { via: 'socket' }),
          bot('weekly-report', -90, OLDER),
          bot('notebook.py', -15, { ...OLDER, via: 'terminal' }),
        ],
      }),
    ]),
  outlets: () => snapshot(11.7, [account({ outlets: outlets() })]),
  history: () => snapshot(11.7, [accounts.valid(), accounts.renewing()]),
  history_none: () => snapshot(8.4, [accounts.never()]),
  history_failed: () => snapshot(11.7, [accounts.valid()]),
  bots_ended: () => snapshot(8.57, [{ ...accounts.expired(), bots: [bot('nifty-straddle', -15.3)] }]),
  calm: () => snapshot(11.7, [accounts.valid()]),
  ends_soon: () => snapshot(1.33, [accounts.ends_soon()]),
  last_hour: () => snapshot(9.38, [accounts.last_hour()]),
  last_hour_fixed: () => snapshot(2.8, [accounts.last_hour_fixed()]),
  expired: () => snapshot(8.57, [accounts.expired()]),
  ended_early: () => snapshot(10.69, [accounts.ended_early()]),
  signed_out: () => snapshot(19.4, [accounts.signed_out()]),
  never: () => snapshot(8.4, [accounts.never()]),
  missing: () => snapshot(8.4, [accounts.missing()]),
  waiting: () => snapshot(8.54, [accounts.waiting()]),
  renewing: () => snapshot(4.2, [accounts.renewing()]),
  proving: () => snapshot(8.54, [accounts.proving()]),
  not_verified: () => snapshot(11.7, [accounts.not_verified()]),
  paused: () => snapshot(11.7, [accounts.paused()]),
  practice: () => snapshot(11.7, [accounts.practice()]),
  practice_expired: () => snapshot(11.7, [accounts.practice_expired()]),
  many: () =>
    snapshot(
      9.07,
      [
        accounts.second(),
        accounts.expired(),
        { ...accounts.second(), id: 'a', label: 'Family account of my aunt' },
        { ...accounts.second(), id: 'b', label: 'Fyers' },
        { ...accounts.second(), id: 'c', label: 'Dhan' },
        { ...accounts.second(), id: 'd', label: 'Groww' },
        { ...accounts.second(), id: 'e', label: 'Angel One' },
      ],
      { worst: 'upstox' },
    ),
  locked: () =>
    snapshot(11.7, [accounts.unread()], {
      vault: LOCKED,
    }),
  memory: () => snapshot(11.7, [accounts.valid()], { vault: { kind: 'memory', problem: null } }),
  not_saved: () =>
    snapshot(8.7, [
      account({
        saved: { state: 'failed', at: null, backups: 5, problem: NOT_SAVED },
        last_probe: { at: at(8.69), outcome: 'valid', problem: null },
      }),
    ]),
  wrong_user: () => snapshot(11.7, [account({ trouble: WRONG_USER })]),
  port_taken: () => snapshot(8.4, [account({ ...accounts.signed_out(), trouble: PORT_TAKEN })]),
  key_refused: () => snapshot(8.4, [account({ ...accounts.signed_out(), trouble: KEY_REFUSED })]),
  locked_expired: () => snapshot(8.57, [accounts.expired()], { vault: LOCKED }),
  secret_in_file: () =>
    snapshot(11.7, [accounts.valid()], {
      notes: [
        {
          about: '.env line 4',
          problem: problem(
            'secret_in_file',
            'The client secret of upstox lies readable in .env line 4.',
            'Let Daypass copy it into the keyring in Settings, then delete it: .env line 4.',
            'fix_setting',
          ),
        },
      ],
    }),
  notes: () =>
    snapshot(11.7, [accounts.valid()], {
      notes: [
        {
          about: 'config.yaml, line 7',
          problem: problem(
            'bad_setting',
            '"check_every_minutes" is "soon".',
            'Allowed: a number from 0.02 to 1440 (min). The default is used.',
            'fix_setting',
          ),
        },
        {
          about: 'port 8000',
          problem: problem(
            'port_taken',
            'Port 8000 is taken by node (process 991).',
            'Close it, or choose another port in the settings.',
            'fix_setting',
          ),
        },
      ],
    }),
};
