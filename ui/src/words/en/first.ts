/** The first run. */

export const first = {
  first: {
    title: 'No account yet',
    text:
      'Brokers end every token at night. Daypass tells you when to sign in, proves the new token, and hands it to your ' +
      'bots before the market opens.',
    connect: (broker: string) => `Connect ${broker}`,
    connectAny: 'Connect a broker',
    practice: 'Try with the practice broker',
    practiceHelp: 'The practice broker needs no account. A day lasts ten minutes there, so you see every state.',
    others: 'Other brokers',
    learn: 'One bar is one day',
    example: 'Example',
    promises: [
      'Your broker password is never asked for here.',
      'The browser opens once, and only while you are there.',
      'A lost network never throws a good token away.',
    ],
  },
};
