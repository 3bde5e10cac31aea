import type { Texts } from '../forms';

/** Rust's own words are English. */
export const forms: Texts = {};
