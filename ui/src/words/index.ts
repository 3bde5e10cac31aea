/**
 * Every sentence of the window, in one place for each language.
 *
 * Invariant: a sentence takes finished pieces (times, names) and puts them in order; it never formats. Say what happened,
 * then what to do. What this is not: the sentences of a Problem, which come from Rust in full.
 */

import { en } from './en';
import { hi } from './hi';
import { language } from './language';

/** What a language must have. */
export type Words = typeof en;

/** A page has one language from its beginning to its end; another one is another page. */
export const words: Words = language() === 'hi' ? hi : en;
