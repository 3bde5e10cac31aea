/** Who has the token. */

import type { BotVia } from '../../bindings';
import { counted } from './counted';

const ways: Record<BotVia, string> = {
  socket: 'over the socket',
  http: 'over HTTP',
  terminal: 'in the terminal',
  outlet: 'by an outlet',
};

export const bots = {
  bots: {
    title: 'Bots',
    today: (count: number) =>
      counted(count, { one: '#\u00a0bot has today’s token', other: '#\u00a0bots have today’s token' }),
    current: (count: number) =>
      counted(count, { one: '#\u00a0bot has the current token', other: '#\u00a0bots have the current token' }),
    some: (count: number, of: number) =>
      `${counted(count, { one: `# of ${of}\u00a0bots has`, other: `# of ${of}\u00a0bots have` })} the current token`,
    older: (count: number) =>
      counted(count, { one: '#\u00a0bot has an older token', other: '#\u00a0bots have an older token' }),
    ended: (count: number) =>
      counted(count, {
        one: '#\u00a0bot has a token that has ended',
        other: '#\u00a0bots have a token that has ended',
      }),
    /** Which token is held is not known. */
    given: (count: number) =>
      counted(count, { one: '#\u00a0bot was given a token', other: '#\u00a0bots were given a token' }),
    has: { current: 'Has it', older: 'Has an older token', ended: 'Its token has ended', unknown: 'Was given one' },
    took: (generation: number, time: string, way: string) => `Token ${generation} since ${time}, ${way}`,
    ways,
  },

  /** The keys of bots; `keys` are those of the keyboard. */
  botKeys: {
    title: 'Keys, one per bot',
    columns: { name: 'Bot', accounts: 'May use', made: 'Made', used: 'Last used', more: 'Revoke' },
    all: 'All accounts',
    never: 'Never',
    none: 'No key yet. Over the socket, your own programs on this computer need none.',
    reading: 'Reading the keys',
    help: 'A key is given out once. A revoked key opens nothing from that second on.',
    add: 'Add a bot',
    form: 'A key for a bot',
    name: 'Name of the bot',
    nameHelp: 'Who took which token is written down under this name.',
    nameNeeded: 'Enter a name.',
    accounts: 'Which accounts may it use?',
    every: 'All accounts',
    everyHelp: 'Those that come later too.',
    chosen: 'Only these',
    chosenNeeded: 'Choose an account.',
    make: 'Make a key',
    cancel: 'Cancel',
    made: (name: string, span: string) => `The key for “${name}” is on the clipboard, for ${span}.`,
    /** Where nobody takes it back. */
    madeStays: (name: string) => `The key for “${name}” is on the clipboard.`,
    notCopied: 'The browser does not let this page use the clipboard, so nobody has the new key.',
    notCopiedTodo:
      'Revoke it if it is still in the list. Allow the clipboard, or run “daypass keys make NAME” in a terminal.',
    madeTodo: 'Paste it into your bot’s settings now; it cannot be shown again.',
    madeElse: 'In the terminal, “daypass keys make NAME” prints one.',
    revoke: 'Revoke…',
    revokeOf: (name: string) => `Revoke the key of ${name}`,
    revokeAsk: (name: string) => `Revoke the key of “${name}”?`,
    revokeLost: 'The bot gets no token from then on. The one that it has works until it ends.',
    revokeYes: 'Revoke it',
    keep: 'Keep it',
    inTerminal:
      'Keys for bots are made and revoked in the terminal: “daypass keys make NAME” prints one, “daypass keys” lists them.',
  },
};
