/** Where an account's tokens are put. */

export const outlets = {
  outlets: {
    title: 'Outlets',
    lead: 'Where each new token is put by itself.',
    states: {
      delivered: 'Has it',
      ended: 'Its token has ended',
      delivering: 'Under way',
      waiting: 'Waits for a token',
      failed: 'Failed',
    },
    took: (generation: number, time: string) => `It has token ${generation} since ${time}.`,
    again: (time: string) => `Tried again at ${time}.`,
    inSettings: 'Outlets are set up in the app’s settings or in config.yaml.',
    setUp: (name: string) => `Set up ${name}`,
    setUpShort: 'Set up…',
    change: (name: string) => `Change ${name}`,
    changeShort: 'Change…',
    on: 'Switch on',
    off: 'Switch off',
    save: 'Save',
    cancel: 'Cancel',
    allowed: (what: string) => `Enter ${what}.`,
    choices: { stdin: 'On its standard input', env: 'In its environment' } as Record<string, string>,
  },
};
