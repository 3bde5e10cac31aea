/** Made-up bots that were given a token. */

import type { BotView } from '../../bindings';
import { at } from './base';

/** Has the token that is held, since that hour. */
export function bot(name: string, hours: number, over: Partial<BotView> = {}): BotView {
  return { name, via: 'http', generation: 212, at: at(hours), current: true, ...over };
}
