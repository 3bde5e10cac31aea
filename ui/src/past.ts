/** What is known to have happened to one account's token, the newest first. */

import type { AccountView } from './bindings';
import { ms, whenHere } from './time';
import { words } from './words';

export interface Happened {
  at: string;
  time: string;
  text: string;
}

const said = words.past;

/** `kept`: the vault writes to disk; one in memory only has nothing to tell. */
export function pastOf(account: AccountView, now: number, kept: boolean): Happened[] {
  if (account.generation === 0) return [];
  const { last_probe, issued_at, saved, ended_at, broker_name } = account;
  const answer = { valid: said.yes, invalid: said.no, unknown: said.silent };
  const events: [string | null, string][] = [
    [last_probe?.at ?? null, last_probe ? answer[last_probe.outcome](broker_name) : ''],
    [ended_at, account.standing === 'ended_early' ? said.refused : said.ended],
    [kept && saved.state === 'saved' ? saved.at : null, said.saved(saved.backups)],
    [issued_at, said.issued(account.generation)],
  ];
  return events
    .filter((event): event is [string, string] => event[0] !== null)
    .sort(([one], [other]) => ms(other) - ms(one))
    .map(([at, text]) => ({ at, text, time: whenHere(at, now, account.day) }));
}
