/**
 * What is entered into an account's form: drawn from what its broker says it needs, and judged while it is typed.
 *
 * Invariant: a secret goes one way; what is stored is never shown, and an empty field leaves it as it is. What this is
 * not: the last word; Rust judges again.
 */

import type { AccountField, AccountView, BrokerField, BrokerForm } from '../bindings';
import { words } from '../words';
import { checkField } from './check';

/** What Daypass listens on by itself; the owner enters the same at the broker. */
const REDIRECT = 'http://localhost:5001/callback';

export class Credentials {
  readonly fields: BrokerField[];
  #values = $state<Record<string, string>>({});
  #touched = $state<Record<string, boolean>>({});
  #tried = $state(false);

  /** `account` is missing for a new one; `known` is what is set for it, and where. */
  constructor(
    readonly broker: BrokerForm,
    readonly account?: AccountView,
    readonly known: Record<string, AccountField> = {},
  ) {
    this.fields = broker.fields;
  }

  /** What nearly everybody enters. */
  get plain(): BrokerField[] {
    return this.fields.filter((field) => field.required || field.secret || field.key === 'user');
  }

  /** What few need. */
  get more(): BrokerField[] {
    return this.fields.filter((field) => !this.plain.includes(field));
  }

  value(field: BrokerField): string {
    const given = this.#values[field.key];
    if (given !== undefined) return given;
    if (field.secret) return '';
    if (field.key === 'redirect_uri') return this.known[field.key]?.value ?? this.account?.redirect_uri ?? REDIRECT;
    return this.known[field.key]?.value ?? (field.key === 'user' ? (this.account?.user ?? '') : '');
  }

  /** Something wins over what could be entered here: where it stands, as a sentence. */
  fixed(field: BrokerField): string {
    const source = this.known[field.key]?.source;
    return source?.fixed === true ? words.settings.fixedBy(source.text ?? source.kind) : '';
  }

  /** What to say about it now; nothing before somebody has been there. */
  problem(field: BrokerField): string {
    return this.#tried || this.#touched[field.key] === true ? this.#wrong(field) : '';
  }

  /** It lies sealed already. */
  stored(field: BrokerField): boolean {
    return field.secret && this.account !== undefined;
  }

  enter(field: BrokerField, text: string): void {
    this.#values = { ...this.#values, [field.key]: text };
  }

  leave(field: BrokerField): void {
    this.#touched = { ...this.#touched, [field.key]: true };
  }

  /** From now on each mistake is shown; true if there is none. */
  judge(): boolean {
    this.#tried = true;
    return this.fields.every((field) => this.#wrong(field) === '');
  }

  /** What goes out; an empty secret does not. */
  given(): { fields: Record<string, string>; secrets: Record<string, string> } {
    const free = this.fields.filter((field) => this.fixed(field) === '');
    const pick = (all: BrokerField[]) => Object.fromEntries(all.map((field) => [field.key, this.value(field)]));
    return {
      fields: pick(free.filter((field) => !field.secret)),
      secrets: pick(free.filter((field) => field.secret && this.value(field) !== '')),
    };
  }

  /** Secrets do not stay in the page. */
  forget(): void {
    this.#values = {};
  }

  #wrong(field: BrokerField): string {
    return this.fixed(field) === '' ? checkField(field, this.value(field), this.account !== undefined) : '';
  }
}
