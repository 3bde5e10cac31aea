/** How far a sign-in has come: four stages, in the words of whoever waits for it. */

import type { AccountView } from '../bindings';

const NAMES = ['opened', 'person', 'proven', 'bots'] as const;
type Name = (typeof NAMES)[number];

export interface Stage {
  name: Name;
  state: 'done' | 'now' | 'next';
}

/** The stage that is under way; as many as there are: it is done. */
function reached({ valid, verified, work }: AccountView): number {
  switch (work?.kind) {
    case 'waiting_for_browser':
      return 1;
    case 'exchanging':
    case 'proving':
      return 2;
    case undefined:
      // A broker that could not be asked has still to say yes.
      return valid ? (verified ? NAMES.length : 2) : 0;
    default:
      return 0;
  }
}

export function stages(account: AccountView): Stage[] {
  const at = reached(account);
  return NAMES.map((name, index) => ({ name, state: index < at ? 'done' : index === at ? 'now' : 'next' }));
}

/** `unproven`: there is a token, and the broker has not said yes yet. */
export type Phase = 'under_way' | 'done' | 'unproven' | 'failed';

export function phase({ valid, verified, work }: AccountView): Phase {
  if (work) return 'under_way';
  if (!valid) return 'failed';
  return verified ? 'done' : 'unproven';
}
