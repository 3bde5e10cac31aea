/** Who has the token. */

import type { BotVia } from '../bindings';
import { counted } from './counted';

const ways: Record<BotVia, string> = {
  socket: 'over the socket',
  http: 'over HTTP',
  terminal: 'in the terminal',
  outlet: 'by an outlet',
};

export const bots = {
  bots: {
    title: 'Bots',
    today: (count: number) =>
      counted(count, { one: '#\u00a0bot has today’s token', other: '#\u00a0bots have today’s token' }),
    current: (count: number) =>
      counted(count, { one: '#\u00a0bot has the current token', other: '#\u00a0bots have the current token' }),
    some: (count: number, of: number) =>
      `${counted(count, { one: `# of ${of}\u00a0bots has`, other: `# of ${of}\u00a0bots have` })} the current token`,
    older: (count: number) =>
      counted(count, { one: '#\u00a0bot has an older token', other: '#\u00a0bots have an older token' }),
    ended: (count: number) =>
      counted(count, {
        one: '#\u00a0bot has a token that has ended',
        other: '#\u00a0bots have a token that has ended',
      }),
    /** Which token is held is not known. */
    given: (count: number) =>
      counted(count, { one: '#\u00a0bot was given a token', other: '#\u00a0bots were given a token' }),
    has: { current: 'Has it', older: 'Has an older token', ended: 'Its token has ended', unknown: 'Was given one' },
    took: (generation: number, time: string, way: string) => `Token ${generation} since ${time}, ${way}`,
    ways,
  },
};
