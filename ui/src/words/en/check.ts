/** What the look at this computer says. */

import type { Aspect } from '../../bindings';

const aspects: Record<Aspect, string> = {
  port: 'Redirect port',
  credentials: 'Key and secret',
  keyring: 'Keyring',
  disk: 'Disk',
  clock: 'Clock',
  calendar: 'Trading days',
  network: 'Network',
  autostart: 'Start with the computer',
  display: 'Screen',
};

export const check = {
  check: {
    aspects,
    fine: 'Fine',
    note: 'Note',
    risk: 'Risk',
    title: (day: string) => `${day.charAt(0).toUpperCase()}${day.slice(1)}’s open`,
    titleOpen: 'Today’s session',
    titleNext: 'The next open',
    looked: (ago: string) => `Looked ${ago}`,
    never: 'Nobody has looked at this computer yet.',
    well: 'Nothing stands in the way.',
    look: 'Look now',
  },
};
