/** Made-up bots that were given a token, and keys without the keys themselves. */

import type { BotKey } from '../../backend';
import type { BotView } from '../../bindings';
import { at } from './base';

/** Has the token that is held, since that hour. */
export function bot(name: string, hours: number, over: Partial<BotView> = {}): BotView {
  return { name, via: 'http', generation: 212, at: at(hours), current: true, ...over };
}

export function keys(): BotKey[] {
  return [
    { id: 'k7Qx2', name: 'nifty-straddle', accounts: ['upstox'], made_at: at(-200), last_used_at: at(11.65) },
    { id: 'km9Fa', name: 'hedger', accounts: ['upstox', 'zerodha'], made_at: at(-200), last_used_at: at(8.68) },
    { id: 'k2kLp', name: 'weekly-report', accounts: null, made_at: at(-600), last_used_at: null },
  ];
}
