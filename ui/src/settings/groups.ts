/**
 * Where each setting is shown. A key that is not named here is still shown, in the last pane: a new setting of Rust needs
 * no change of the window.
 */

import type { Setting } from '../bindings';
import { words } from '../words';

export type PaneName = keyof typeof words.settings.panes;

interface Group {
  pane: PaneName;
  title: string;
  has: (key: string) => boolean;
}

const said = words.settings.groups;
const named =
  (...keys: string[]) =>
  (key: string) =>
    keys.includes(key);

const GROUPS: Group[] = [
  { pane: 'general', title: said.levels, has: named('green_above_hours', 'red_below_hours') },
  { pane: 'general', title: said.checks, has: named('check_every_minutes', 'lead_minutes', 'attempts') },
  { pane: 'general', title: said.signIn, has: named('open_browser', 'sign_in_wait_minutes', 'ready_before_minutes') },
  { pane: 'notifications', title: said.quiet, has: named('quiet_hours') },
  { pane: 'notifications', title: words.settings.panes.notifications, has: (key) => /^(notif|remind|alert)/.test(key) },
  { pane: 'advanced', title: said.log, has: (key) => key.startsWith('logging.') },
  { pane: 'advanced', title: said.api, has: (key) => key.startsWith('api.') },
  { pane: 'advanced', title: said.other, has: (key) => !key.startsWith('accounts.') },
];

export interface Shown {
  title: string;
  settings: Setting[];
}

/** The groups of one pane, without the empty ones. */
export function groupsOf(pane: PaneName, settings: Setting[]): Shown[] {
  const home = (setting: Setting) => GROUPS.find((group) => group.has(setting.key));
  return GROUPS.filter((group) => group.pane === pane)
    .map((group) => ({ title: group.title, settings: settings.filter((setting) => home(setting) === group) }))
    .filter((group) => group.settings.length > 0);
}
