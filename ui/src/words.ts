/**
 * Every sentence of the window, in one place; another language is another object of this shape.
 *
 * Invariant: a sentence takes finished pieces (times, names) and puts them in order; it never formats. Say what happened,
 * then what to do. What this is not: the sentences of a Problem, which come from Rust in full.
 */

import type { NextStep, Standing, WorkKind } from './bindings';

/** The counted forms that Intl.PluralRules names; a language fills in those that it has. */
type Counted = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

const rules = new Intl.PluralRules('en');

function counted(count: number, forms: Counted): string {
  return (forms[rules.select(count)] ?? forms.other).replace('#', String(count));
}

const standing: Record<Standing, string> = {
  expired: 'Expired',
  ended_early: 'Ended early',
  last_hour: 'Last hour',
  not_verified: 'Not verified',
  ends_soon: 'Ends soon',
  working: 'Working',
  signed_out: 'Signed out',
  valid: 'Valid',
  paused: 'Paused',
};

const working: Record<WorkKind, string> = {
  starting: 'Opening the sign-in',
  waiting_for_browser: 'Waiting for your browser',
  exchanging: 'Signing in',
  proving: 'Checking the new token',
  renewing: 'Renewing',
  signing_out: 'Signing out',
};

const stepWithTime: Record<NextStep, (at: string) => string> = {
  nothing: () => 'nothing, until you sign in',
  enter_credentials: () => 'enter what is missing, then sign in',
  probe: (at) => `asks the broker again ${at}`,
  renew: (at) => `renews by itself ${at}`,
  ask_person: (at) => `asks for a sign-in ${at}`,
  remind: (at) => `reminds you ${at}`,
  save_again: (at) => `saves the token again ${at}`,
  give_up: (at) => `gives up ${at}`,
  resume: (at) => `resumes by itself ${at}`,
};

const stepWithoutTime: Partial<Record<NextStep, string>> = {
  nothing: 'nothing, until you sign in',
  enter_credentials: 'enter what is missing, then sign in',
  ask_person: 'nothing, until you sign in',
};

export const words = {
  lang: 'en',
  /** How dates and lists are written. */
  locale: 'en-GB',
  brand: 'Daypass',

  units: { d: 'd', h: 'h', min: 'min', s: 's' },
  time: {
    at: (time: string) => `at ${time}`,
    in: (span: string) => `in ${span}`,
    ago: (span: string) => `${span} ago`,
    justNow: 'just now',
    day: (time: string, day: string) => `${time} ${day}`,
    both: (local: string, exchange: string) => `${local}\u00a0· ${exchange}`,
    zoned: (time: string, zone: string) => `${time}\u00a0${zone}`,
    tomorrow: 'tomorrow',
    yesterday: 'yesterday',
    onDay: (day: string) => `on ${day}`,
    atOnce: 'at once',
  },

  standing,
  working,
  notSetUp: 'Not set up',
  left: 'left',
  lastKnown: 'left, last known',
  ago: 'ago',
  toGo: 'to go',

  row: {
    until: (time: string) => ` until ${time}`,
    renewsUntil: (time: string) => `, renews by itself; sign in by ${time}`,
    renewsOn: ', renews by itself',
    noEnd: ', with no known end',
    ends: (time: string) => `, ${time}`,
    endsAt: (time: string) => `, ends ${time}`,
    ended: (time: string) => ` ${time}`,
    asEveryNight: ', as every night',
    tooEarly: (span: string) => `, ${span} before its time`,
    silent: (time: string, broker: string) => ` since ${time}. ${broker} does not answer.`,
    saidNoOnce: (broker: string) => `. ${broker} said no; it is asked again.`,
    unread: '. The stored token can’t be read.',
    notAsked: (broker: string) => `. ${broker} has not confirmed the token yet.`,
    neverSignedIn: '. Nobody has signed in yet.',
    pausedUntil: (time: string) => ` by you until ${time}`,
    pausedOpen: ' by you, until you resume',
    opened: (time: string) => `, since ${time}`,
    attempt: (attempt: number, of: number) => `, try ${attempt} of ${of}`,
    oldGood: (time: string) => ` · old token good until ${time}`,
  },
  proof: {
    yes: (broker: string, ago: string) => `Asked ${broker} ${ago}`,
    no: (broker: string, ago: string) => `Asked ${broker} ${ago}: it said no`,
    silent: (broker: string, ago: string) => `Asked ${broker} ${ago}: no answer. The token is kept.`,
    never: (broker: string) => `${broker} was not asked yet`,
    listening: (time: string) => `Daypass listens until ${time}`,
    oldKept: 'The old token works meanwhile.',
  },
  next: {
    next: (plan: string) => `Next: ${plan}`,
    givesUp: (at: string) => `Gives up ${at}`,
    readsAgain: (at: string) => `Next: reads it again ${at}`,
    step: (step: NextStep, at: string | null): string =>
      at === null ? (stepWithoutTime[step] ?? '') : stepWithTime[step](at),
    sameEnd: (time: string) => `A sign-in now would also end ${time}.`,
    finishThere: 'Finish there. This card follows by itself.',
    stillServed: 'Bots still get the token; nobody is reminded',
    often: 'Often a sign-out on the web, or a changed IP address',
    yourTurn: 'All tries failed. It is up to you now.',
  },

  act: {
    sign_in: 'Sign in',
    sign_in_now: 'Sign in now',
    sign_in_again: 'Sign in again',
    refresh: 'Refresh now',
    probe: 'Ask now',
    copy_token: 'Copy token',
    copied_token: 'Copied for 30 s',
    copy_link: 'Copy link',
    copied: 'Copied',
    open_again: 'Open again',
    cancel: 'Cancel',
    resume: 'Resume',
    enter_keys: 'Enter keys',
    try_again: 'Try again',
    check_setting: 'Check setting',
    unlock: 'Unlock',
    open_accounts: 'Open settings',
    details: (label: string) => `Details of ${label}`,
    fold: (label: string) => `Show all of ${label}`,
    working: 'One moment',
  },
  code: (code: string) => `Code ${code}`,
  quote: (text: string) => `It said: “${text}”`,

  badge: {
    timer: (label: string, standing: string, left: string) => `${label}: ${standing}, ${left} left`,
    still: (label: string, standing: string) => `${label}: ${standing}`,
    expired: (label: string) => `${label} expired`,
    ended: (label: string) => `${label} ended early`,
    offline: 'No connection',
  },
  banner: {
    expired: (label: string, time: string) => `${label} expired ${time}.`,
    refused: (label: string, time: string) => `${label} refused the token ${time}.`,
    lastHour: (label: string, left: string) => `${label} ends in ${left}.`,
    noToken: 'Bots have no token until you sign in.',
    opensIn: (span: string) => `The market opens in ${span}.`,
    marketOpen: 'The market is open.',
    byItself: (at: string | null) => (at === null ? 'It renews by itself.' : `Refreshing by itself ${at}.`),
    signInBy: 'Sign in now, and bots go on without a gap.',
    nothingExtends: (time: string) => `Nothing can extend it. Sign in after ${time}.`,
  },

  verdict: {
    label: 'Today',
    needs: (names: string, count: number) =>
      `Not ready: ${names} ${counted(count, { one: 'needs', other: 'need' })} you.`,
    signedOut: (names: string, count: number) => `${names} ${counted(count, { one: 'is', other: 'are' })} signed out.`,
    notSetUp: (names: string, count: number) =>
      `${names} ${counted(count, { one: 'is', other: 'are' })} not set up yet.`,
    firstSignIn: (names: string, count: number) =>
      `${names} ${counted(count, { one: 'waits for its', other: 'wait for their' })} first sign-in.`,
    unverified: (names: string, count: number) =>
      `${names} ${counted(count, { one: 'is', other: 'are' })} not verified.`,
    signingIn: (names: string, count: number) =>
      `${names} ${counted(count, { one: 'is', other: 'are' })} on the way to a new token.`,
    readyNotYet: (ready: string, readyCount: number, short: string, count: number) =>
      `${ready} ${counted(readyCount, { one: 'is', other: 'are' })} ready for the open. ` +
      `${short} ${counted(count, { one: 'is', other: 'are' })} not yet.`,
    notYet: (names: string, count: number) =>
      `${names} ${counted(count, { one: 'is', other: 'are' })} not ready for the open yet.`,
    beforeClose: (names: string, count: number) =>
      `${names} ${counted(count, { one: 'ends', other: 'end' })} before the close.`,
    readyOpen: 'Ready for the open, and until the close.',
    readyClose: 'Ready until the close, and after.',
    calm: 'Nothing needs you now.',
    allPaused: 'Everything is paused.',
    opens: (span: string, time: string) => `The market opens in ${span}, ${time}`,
    closes: (span: string, time: string) => `The market closes in ${span}, ${time}`,
    closed: (open: string, close: string, zone: string) => `Trading hours are ${open} to ${close}\u00a0${zone}`,
    practiceDay: (span: string) => `A practice day of ${span}`,
  },

  day: {
    cut: 'cut-off',
    ready: 'ready by',
    open: 'open',
    close: 'close',
    more: (count: number) => counted(count, { one: '# more', other: '# more' }),
    axis: (zone: string) => `exchange time ${zone}`,
    label: (date: string, now: string, lanes: string, ready: string, open: string, close: string) =>
      `${date}, now ${now}. ${lanes} Ready by ${ready}, open ${open}, close ${close}.`,
    kinds: {
      spent: (from: string, to: string) => `token used from ${from} to ${to}`,
      left: (from: string, to: string) => `proven from ${from} to ${to}`,
      hope: (from: string, to: string) => `expected, not proven, from ${from} to ${to}`,
      none: (from: string, to: string) => `no token from ${from} to ${to}`,
    },
    goesOn: 'goes on past midnight',
  },

  accounts: 'Accounts',
  past: {
    title: 'So far',
    issued: (generation: number) => `New token, number ${generation}`,
    saved: (backups: number) =>
      backups === 0
        ? 'Sealed on disk'
        : counted(backups, { one: 'Sealed on disk; # earlier one kept', other: 'Sealed on disk; # earlier ones kept' }),
    yes: (broker: string) => `${broker} said yes`,
    no: (broker: string) => `${broker} said no`,
    silent: (broker: string) => `${broker} gave no answer`,
    ended: 'The token ended',
    refused: 'The token was refused',
  },
  wait: {
    bar: 'Time left to sign in',
    trouble: 'Browser ended on an error, or on another computer?',
    paste: 'Paste the whole address it ended on',
    placeholder: (redirect: string) => `${redirect}?code=…`,
    use: 'Use it',
    notAnAddress: 'That is not an address. Copy all of it from the browser’s address bar.',
    elsewhere: (redirect: string) =>
      `That address does not begin with ${redirect}. Copy it from the tab that Daypass opened.`,
    help: (redirect: string) => `The broker names a wrong redirect URI? It must be ${redirect}, letter by letter.`,
  },

  vault: {
    label: 'Tokens are protected by',
    locked: 'The keyring is locked.',
    lockedTodo: 'Saved tokens can’t be read until it is open. Nothing is lost.',
    memory: 'Tokens are kept in memory only.',
    memoryTodo: 'They are gone when Daypass ends. Unlock a keyring or set a passphrase to keep them.',
    notSaved: (label: string) => `${label}: signed in, not saved yet.`,
    notSavedTodo: 'The token works, and is gone if Daypass ends now. Saving is tried again by itself.',
    kinds: {
      keyring: 'System keyring',
      passphrase: 'Passphrase',
      memory: 'Memory only',
      locked: 'Keyring, locked',
    },
  },
  also: 'Also',

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
    elsewhere: 'Accounts are added in the Daypass window, or in its settings file.',
    learn: 'One bar is one day',
    learnLabel:
      'Example: the broker ends the token at 03:30. A sign-in at 08:24 covers the market from 09:15 to 15:30.',
    example: 'Example',
    promises: [
      'Your broker password is never asked for here.',
      'The browser opens once, and only while you are there.',
      'A lost network never throws a good token away.',
    ],
  },

  live: {
    loading: 'Asking Daypass how things are',
    lost: 'Daypass does not answer.',
    lostTodo: (span: string) => `What you see is last known. Trying again in ${span}.`,
    lostNow: 'What you see is last known. Trying again now.',
    none: 'Daypass does not answer.',
    noneTodo: 'Start it with the app or with “daypass serve”. This page follows by itself.',
    retry: 'Try now',
  },
  failed: 'That did not work.',
  failedTodo: 'Try again. The log has the cause.',
  noAnswer: 'Daypass did not answer.',
  noAnswerTodo: 'See whether it still runs, then try again.',
  dismiss: 'Dismiss',
  version: (version: string) => `Daypass ${version}`,

  keys: {
    title: 'Keyboard',
    close: 'Close',
    rows: [
      ['↑ ↓', 'previous, next account'],
      ['Enter', 'the card’s button'],
      ['S', 'sign in'],
      ['R', 'refresh now'],
      ['C', 'copy token'],
      ['P', 'pause, resume'],
      ['1–9', 'open that account'],
      ['Ctrl ,', 'settings'],
      ['/', 'this list'],
      ['Esc', 'cancel a wait, then hide the window'],
    ] as const,
    needsSession: ['C', 'Ctrl ,'] as readonly string[],
  },

  details: {
    title: 'Token',
    broker: 'Broker',
    standing: 'Standing',
    user: 'Signed in as',
    userExpected: 'Expected user',
    issued: 'Issued',
    ends: 'Ends',
    noEnd: 'No end is known',
    held: 'Held without you until',
    probe: 'Last asked',
    probeNever: 'Not since Daypass started',
    said: { valid: 'it said yes', invalid: 'it said no', unknown: 'no answer' },
    next: 'Next',
    newEnd: 'A new one would end',
    generation: 'Generation',
    noToken: 'None yet',
    saved: 'On disk',
    memoryOnly: 'In memory only, gone when Daypass ends',
    savedStates: {
      nothing: 'Nothing to save',
      pending: 'Being written',
      saved: 'Sealed',
      failed: 'Not saved, in memory only',
    },
    savedAt: (state: string, time: string) => `${state}, written ${time}`,
    backups: 'Backups',
    backupCount: (count: number) =>
      count === 0
        ? 'No earlier token'
        : counted(count, { one: '# earlier token, sealed', other: '# earlier tokens, sealed' }),
    failures: 'Failed tries in a row',
    redirect: 'Redirect URI',
    redirectHelp: 'Enter this at the broker, letter by letter.',
    refresh: 'Refresh now',
    ask: 'Ask now',
    signIn: 'Sign in',
    signOut: 'Sign out',
    pause: 'Pause',
    resume: 'Resume',
    pauseFor: 'Pause reminders and refreshes',
    pauseHour: '1 hour',
    pauseMorning: 'Until tomorrow 08:00',
    pauseOpen: 'Until I resume',
    back: 'Back',
    close: 'Close',
    copy: 'Copy',
    local: 'local',
    practice: 'Practice',
    actions: 'Actions',
    signOutAsk: 'Sign out? The token ends at the broker too, where it can, and bots stop.',
    signOutYes: 'Sign out',
    keep: 'Keep it',
  },

  settings: {
    title: 'Settings',
    open: 'Settings',
    panes: { general: 'General', accounts: 'Accounts', notifications: 'Notifications', advanced: 'Advanced' },
    leads: {
      general: 'When levels change, and how often the broker is asked.',
      accounts: 'Who is signed in, where, and how well it is kept.',
      notifications: 'Who is told, and when.',
      advanced: 'The log, the local API, and where things are.',
    },
    groups: {
      morning: 'Be there in the morning',
      levels: 'Levels',
      checks: 'Checks',
      signIn: 'Sign-in',
      quiet: 'Quiet hours',
      log: 'Log',
      api: 'Local API',
      folders: 'Where things are',
      secrets: 'Secrets in files',
      quit: 'Quit',
      other: 'Other',
    },
    atOnce: 'Changes apply at once',
    autostart: 'Start with the computer',
    autostartHelp: 'Starts in the tray. Read back after each change.',
    loading: 'Reading the settings',
    byDefault: (value: string) => `Default: ${value}`,
    fixedBy: (where: string) => `Fixed by ${where}; change it there.`,
    fileLine: (file: string, line: number | undefined) => (line === undefined ? file : `${file}, line ${line}`),
    number: 'Enter a number.',
    whole: 'Enter a whole number.',
    needed: 'Enter a name.',
    between: (low: string, high: string) => `Enter a number from ${low} to ${high}.`,
    clock: 'Enter two times such as 22:00 and 07:00, or leave both empty.',
    from: (label: string) => `${label}, from`,
    to: (label: string) => `${label}, to`,
    toWord: 'to',
    nothing: 'nothing',
    yes: 'on',
    no: 'off',
    choices: {
      auto: 'While I am here',
      ask: 'Ask me first',
      error: 'Errors',
      warn: 'Warnings',
      info: 'Normal',
      debug: 'Detailed',
      trace: 'Everything',
    } as Record<string, string>,
    folders: { config: 'Settings', data: 'Data', state: 'State and logs', runtime: 'Socket' } as Record<string, string>,
    saved: 'Saved',
    quit: 'Quit Daypass',
    quitHelp: 'Nobody is reminded until it is started again.',
    secret: {
      lies: (label: string, where: string) => `${label}: the secret lies readable in ${where}.`,
      liesHelp: 'Whoever reads the file has it. A copy here is sealed.',
      copy: 'Copy to the keyring',
      seal: 'Seal a copy',
      kept: (label: string) => `${label}: the secret is sealed here.`,
      keptHelp: (where: string) => `Copied. Now delete ${where}.`,
    },

    add: 'Add an account',
    addPractice: 'Add a practice account',
    addAny: 'Add another broker',
    addOther: (broker: string) => `Add ${broker}`,
    none: 'No account yet.',
    edit: 'Edit',
    remove: 'Remove…',
    removeAsk: (label: string) => `Remove ${label}?`,
    removeLost: (backups: string) => `Lost here for good: its token, ${backups}, and its key and secret.`,
    removeBroker: 'The token is not ended at the broker. Sign out first if it should be.',
    removeYes: 'Remove it',
    form: {
      newTitle: 'Connect a broker',
      broker: 'Which broker?',
      title: (broker: string) => `Connect ${broker}`,
      edit: (label: string) => `Edit ${label}`,
      console: 'Open the broker’s page for developers',
      label: 'Name here',
      labelHelp: 'What you call this account.',
      optional: 'optional',
      required: 'This is needed.',
      redirect: 'Enter an address such as http://localhost:5001/callback.',
      url: 'Enter an address that begins with https://, or http:// on this computer.',
      blanks: 'Blanks at either end do not belong to it.',
      stored: 'Stored. Leave it empty to keep it.',
      secretNote:
        'Key and secret stay on this computer, sealed. Your broker password and PIN are never asked for here.',
      show: 'Show',
      hide: 'Hide',
      copy: 'Copy',
      more: 'More',
      save: 'Save',
      saveAndSignIn: 'Save and sign in',
      cancel: 'Cancel',
    },
  },
};

/** What a language must have. */
export type Words = typeof words;
