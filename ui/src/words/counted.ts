/** Words that go with a number, in the forms that the language has. */

/** The counted forms that Intl.PluralRules names; a language fills in those that it has. */
type Counted = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** The way of one language to put words to a number. */
export function countedIn(language: string): (count: number, forms: Counted) => string {
  const rules = new Intl.PluralRules(language);
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replace('#', String(count));
}
