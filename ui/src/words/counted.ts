/** Words that go with a number, in the forms that the language has. */

/** The counted forms that Intl.PluralRules names; a language fills in those that it has. */
type Counted = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

const rules = new Intl.PluralRules('en');

export function counted(count: number, forms: Counted): string {
  return (forms[rules.select(count)] ?? forms.other).replace('#', String(count));
}
