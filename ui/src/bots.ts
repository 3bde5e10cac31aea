/**
 * Who has an account's token: one line for the card, and one for each bot.
 *
 * Invariant: which token a bot has is Rust's; "today's" and "current" are only said of a token that is valid. What this is
 * not: a guess at what a bot does with it.
 */

import type { AccountView, BotView } from './bindings';
import { ms, whenHere } from './time';
import type { GlyphName, Tone } from './tone';
import { words } from './words';

const said = words.bots;

export interface BotLine {
  name: string;
  tone: Tone;
  glyph: GlyphName;
  /** Which token, since when, by which way. */
  took: string;
  word: string;
}

/** Empty if no bot ever came. */
export function botsLine({ bots, valid, generation, issued_at, day }: AccountView): string {
  const all = bots.length;
  if (all === 0) return '';
  // What is stored could not be read yet: the token may be as good as ever.
  if (generation === 0) return said.given(all);
  if (!valid) return said.ended(all);
  const current = bots.filter((bot) => bot.current).length;
  if (current === 0) return said.older(all);
  if (current < all) return said.some(current, all);
  return issued_at !== null && ms(issued_at) >= ms(day.starts) ? said.today(all) : said.current(all);
}

function holds({ current }: BotView, { valid, generation }: AccountView): keyof typeof said.has {
  if (generation === 0) return 'unknown';
  if (!valid) return 'ended';
  return current ? 'current' : 'older';
}

const looks: Record<keyof typeof said.has, { tone: Tone; glyph: GlyphName }> = {
  current: { tone: 'ok', glyph: 'ok' },
  older: { tone: 'soon', glyph: 'note' },
  ended: { tone: 'out', glyph: 'out' },
  unknown: { tone: 'unknown', glyph: 'unknown' },
};

/** The last one first, as it comes. */
export function botLines(account: AccountView, now: number): BotLine[] {
  return account.bots.map((bot) => {
    const has = holds(bot, account);
    const time = whenHere(bot.at, now, account.day);
    return {
      name: bot.name,
      ...looks[has],
      took: said.took(bot.generation, time, said.ways[bot.via]),
      word: said.has[has],
    };
  });
}
