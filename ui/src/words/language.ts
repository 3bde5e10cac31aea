/** Which language the page speaks: what somebody chose here, else what the browser or the desktop asks for. */

/** By its own name. */
export const LANGUAGES = { en: 'English', hi: 'हिन्दी' };
export type Language = keyof typeof LANGUAGES;

const KEY = 'language';

function known(text: string | null | undefined): Language | null {
  const short = (text ?? '').slice(0, 2).toLowerCase();
  return short in LANGUAGES ? (short as Language) : null;
}

/** None: as the desktop does. */
export function chosen(): Language | null {
  try {
    return known(localStorage.getItem(KEY));
  } catch {
    // A browser may keep nothing.
    return null;
  }
}

export function language(): Language {
  // For pictures of both.
  const wanted = known(new URLSearchParams(location.search).get('lang'));
  return wanted ?? chosen() ?? known(navigator.language) ?? 'en';
}

/** Speaks that language from now on; the page begins anew. */
export function choose(wanted: Language | null): void {
  try {
    if (wanted === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, wanted);
  } catch {
    return;
  }
  location.reload();
}

/**
 * A system without a language (`LANG=C`) makes WebKit name one that Intl does not know; whatever asks Intl for it, as
 * uPlot does while it loads, breaks off. Such a page gets the name of the language that it speaks.
 */
export function nameLanguage(locale: string): void {
  try {
    Intl.getCanonicalLocales(navigator.language);
  } catch {
    Object.defineProperty(navigator, 'language', { value: locale, configurable: true });
  }
}
