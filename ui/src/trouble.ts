/**
 * One trouble of an account: one sentence, one way out.
 *
 * Invariant: a button is never offered twice; where the card has it already, the trouble has none.
 */

import type { Can } from './backend';
import type { AccountView, Problem, VaultView } from './bindings';
import type { Failed } from './live.svelte';
import type { Action, Verb } from './say';
import { words } from './words';

export interface Trouble {
  title: string;
  text: string;
  small: string;
  action: Action | null;
  /** It is the answer to a press of a button, and can be put away. */
  answered: boolean;
}

/** Foreign words and the code, for the search box. */
export function fine(problem: Problem): string {
  const quote = problem.quote === undefined ? '' : `${words.quote(problem.quote)} `;
  // Our own codes are words for programs; a broker's has digits, and people search for it.
  return quote + (/\d/.test(problem.code) ? words.code(problem.code) : '');
}

function wayOut(problem: Problem, account: AccountView, can: Can): Action | null {
  if (account.work) return null;
  if (problem.remedy === 'sign_in_again') return { verb: 'sign_in', text: words.act.sign_in_again };
  if (problem.remedy === 'fix_setting')
    return can.accounts ? { verb: 'enter_keys', text: words.act.check_setting } : null;
  if (account.standing === 'not_verified' && account.generation === 0) return null;
  const verb: Verb = account.valid ? 'probe' : 'sign_in';
  return { verb, text: words.act.try_again };
}

/** A place that did not get the token: its bot trades on an old one, or on none. */
function outletTrouble(account: AccountView): Trouble | null {
  const problem = account.outlets.find((outlet) => outlet.state === 'failed')?.problem;
  if (!problem) return null;
  return { title: problem.what, text: problem.todo, small: fine(problem), action: null, answered: false };
}

export function trouble(
  account: AccountView,
  failed: Failed | null,
  vault: VaultView,
  can: Can,
  offered: Action[],
): Trouble | null {
  const answer = failed?.account === account.id ? failed.failure.problem : null;
  // The vault's own notice says it already.
  const unread = account.standing === 'not_verified' && account.generation === 0 && vault.kind === 'locked';
  const known = unread ? null : account.trouble;
  const problem = answer ?? known;
  if (problem) {
    const action = wayOut(problem, account, can);
    const twice = offered.some((one) => one.verb === action?.verb);
    return {
      title: problem.what,
      text: problem.todo,
      small: fine(problem),
      action: twice ? null : action,
      answered: answer !== null,
    };
  }
  if (account.saved.state !== 'failed') return outletTrouble(account);
  const why = account.saved.problem;
  const text = why ? `${why.what} ${words.vault.notSavedTodo}` : words.vault.notSavedTodo;
  return {
    title: words.vault.notSaved(account.label),
    text,
    small: why ? fine(why) : '',
    action: null,
    answered: false,
  };
}
