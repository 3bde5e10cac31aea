/**
 * Which view is open, kept in the address after the `#`, so that Back works and the app can name a view.
 *
 * `#account=ID` shows a card, `#details=ID` everything about its token, `#history=ID` what happened to it,
 * `#settings/PANE/ID` the settings. `#connect`, `#connect=BROKER` and `#connect/ID` are the three steps to a new account.
 */

export type Route =
  | { view: 'main'; account: string | null }
  | { view: 'details'; account: string }
  | { view: 'history'; account: string }
  | { view: 'connect'; broker: string | null; account: string | null }
  | { view: 'settings'; pane: string; id: string | null; edit: boolean };

function decode(text: string | undefined): string {
  try {
    return decodeURIComponent(text ?? '');
  } catch {
    return '';
  }
}

export function parse(hash: string): Route {
  const text = hash.replace(/^#\/?/, '');
  const [, key, id] = /^(account|details|history)=(.+)$/.exec(text) ?? [];
  if (key === 'history') return { view: 'history', account: decode(id) };
  if (key === 'details') return { view: 'details', account: decode(id) };
  if (key === 'account') return { view: 'main', account: decode(id) };
  const [, broker] = /^connect=(.+)$/.exec(text) ?? [];
  const [view, pane, item, verb] = text.split('/');
  if (view === 'connect' || broker !== undefined)
    return {
      view: 'connect',
      broker: broker === undefined ? null : decode(broker),
      account: pane ? decode(pane) : null,
    };
  if (view !== 'settings') return { view: 'main', account: null };
  return {
    view: 'settings',
    pane: pane || 'general',
    id: item ? decode(item) : null,
    edit: verb === 'edit',
  };
}

export const to = {
  main: () => '#',
  account: (id: string) => `#account=${encodeURIComponent(id)}`,
  history: (id: string) => `#history=${encodeURIComponent(id)}`,
  details: (id: string) => `#details=${encodeURIComponent(id)}`,
  settings: (pane = 'general') => `#settings/${pane}`,
  settingsOf: (id: string) => `#settings/accounts/${encodeURIComponent(id)}`,
  edit: (id: string) => `#settings/accounts/${encodeURIComponent(id)}/edit`,
  connect: (broker?: string) => (broker === undefined ? '#connect' : `#connect=${encodeURIComponent(broker)}`),
  signingIn: (id: string) => `#connect/${encodeURIComponent(id)}`,
};

/** Where the program serves the page to browsers. */
const IN_BROWSER = location.pathname.startsWith('/dashboard');

class Here {
  route = $state.raw<Route>(parse(location.hash));
  /** This window was opened for this view: there is no main view behind it. A tab in a browser always has one. */
  readonly alone = !IN_BROWSER && ['settings', 'history'].includes(parse(location.hash).view);

  constructor() {
    window.addEventListener('hashchange', () => {
      this.route = parse(location.hash);
    });
  }

  /** In the place of where one is: Back does not lead there again. */
  replace(hash: string): void {
    history.replaceState(null, '', hash);
    this.route = parse(hash);
  }

  go(hash: string): void {
    location.hash = hash;
    this.route = parse(hash);
  }
}

export const here = new Here();
