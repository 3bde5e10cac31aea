/**
 * The forms that Rust describes, in the page's language.
 *
 * Invariant: what a language has no words for is shown in Rust's own, so that a new setting needs no change here. What
 * this is not: the sentences of problems; those are Rust's.
 */

import type { Setting, Settings } from '../bindings';
import { words } from '.';

/** Label (or name) and help, by what it is. */
export type Texts = Record<string, readonly [label: string, help: string]>;

interface Text {
  label: string;
  help: string;
}

const units: Record<string, string | undefined> = { ...words.units };

function own<T extends Text>(thing: T, key: string): T {
  const [label, help] = words.forms[key] ?? [thing.label, thing.help];
  return { ...thing, label, help };
}

/** An account's own is called as the general one is. */
function row(setting: Setting): Setting {
  const said = own(setting, `setting ${setting.key.replace(/^accounts\..+\.policy\./, '')}`);
  return { ...said, unit: units[said.unit] ?? said.unit };
}

/** The same settings with labels, help and units in the page's words. */
export function inWords(settings: Settings): Settings {
  return {
    ...settings,
    settings: settings.settings.map(row),
    own: Object.fromEntries(Object.entries(settings.own).map(([id, rows]) => [id, rows.map(row)])),
    brokers: settings.brokers.map((broker) => {
      const key = `broker ${broker.id}`;
      const { label: name, help: habit } = own({ label: broker.name, help: broker.habit }, key);
      return { ...broker, name, habit, fields: broker.fields.map((field) => own(field, `${key} ${field.key}`)) };
    }),
    outlets: settings.outlets.map((outlet) => {
      const key = `outlet ${outlet.id}`;
      const { label: name, help } = own({ label: outlet.name, help: outlet.help }, key);
      return { ...outlet, name, help, fields: outlet.fields.map((field) => own(field, `${key} ${field.key}`)) };
    }),
  };
}
