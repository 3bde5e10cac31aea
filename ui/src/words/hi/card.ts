import type { Words } from '..';
import type { NextStep } from '../../bindings';

const stepWithTime: Record<NextStep, (at: string) => string> = {
  nothing: () => 'साइन इन करने तक कुछ नहीं',
  enter_credentials: () => 'जो बाकी है भरें, फिर साइन इन करें',
  probe: (at) => `${at} ब्रोकर से फिर पूछेगा`,
  renew: (at) => `${at} अपने-आप नया होगा`,
  ask_person: (at) => `${at} साइन इन माँगेगा`,
  remind: (at) => `${at} याद दिलाएगा`,
  save_again: (at) => `${at} टोकन फिर सहेजेगा`,
  give_up: (at) => `${at} छोड़ देगा`,
  resume: (at) => `${at} अपने-आप जारी होगा`,
};

const stepWithoutTime: Partial<Record<NextStep, string>> = {
  nothing: 'साइन इन करने तक कुछ नहीं',
  enter_credentials: 'जो बाकी है भरें, फिर साइन इन करें',
  ask_person: 'साइन इन करने तक कुछ नहीं',
};

export const card: Pick<
  Words,
  'standing' | 'working' | 'notSetUp' | 'left' | 'lastKnown' | 'ago' | 'toGo' | 'row' | 'proof' | 'next'
> = {
  standing: {
    expired: 'समाप्त',
    ended_early: 'समय से पहले समाप्त',
    last_hour: 'आख़िरी घंटा',
    not_verified: 'पुष्टि नहीं हुई',
    ends_soon: 'जल्द समाप्त होगा',
    working: 'काम जारी है',
    signed_out: 'साइन आउट',
    valid: 'मान्य',
    paused: 'रोका हुआ',
  },
  working: {
    starting: 'साइन इन खुल रहा है',
    waiting_for_browser: 'आपके ब्राउज़र का इंतज़ार है',
    exchanging: 'साइन इन हो रहा है',
    proving: 'नया टोकन जाँचा जा रहा है',
    renewing: 'नया हो रहा है',
    signing_out: 'साइन आउट हो रहा है',
  },
  notSetUp: 'सेट नहीं है',
  left: 'बाकी',
  lastKnown: 'बाकी, पिछली जानकारी',
  ago: 'पहले',
  toGo: 'बचे हैं',

  row: {
    until: (time) => `, ${time} तक`,
    renewsUntil: (time) => `, अपने-आप नया होता है; ${time} तक साइन इन करें`,
    renewsOn: ', अपने-आप नया होता है',
    noEnd: ', अंत का समय पता नहीं',
    ends: (time) => `, ${time}`,
    endsAt: (time) => `, ${time} समाप्त होगा`,
    ended: (time) => `, ${time}`,
    notToday: ', आज ज़रूरत नहीं',
    asEveryNight: ', हर रात की तरह',
    tooEarly: (span) => `, समय से ${span} पहले`,
    silent: (time, broker) => `, ${time} से। ${broker} से जवाब नहीं मिल रहा।`,
    saidNoOnce: (broker) => `। ${broker} ने मना किया; फिर पूछा जा रहा है।`,
    unread: '। सहेजा हुआ टोकन पढ़ा नहीं जा सकता।',
    notAsked: (broker) => `। ${broker} ने टोकन की पुष्टि अभी नहीं की।`,
    neverSignedIn: '। अभी तक किसी ने साइन इन नहीं किया।',
    pausedUntil: (time) => `, आपने ${time} तक रोका है`,
    pausedOpen: ', जब तक आप जारी न करें',
    opened: (time) => `, ${time} से`,
    attempt: (attempt, of) => `, कोशिश ${attempt}/${of}`,
    oldGood: (time) => ` · पुराना टोकन ${time} तक चलेगा`,
  },
  proof: {
    yes: (broker, ago) => `${broker} से ${ago} पूछा`,
    no: (broker, ago) => `${broker} से ${ago} पूछा: उसने मना किया`,
    silent: (broker, ago) => `${broker} से ${ago} पूछा: जवाब नहीं मिला। टोकन रखा गया है।`,
    never: (broker) => `${broker} से अभी नहीं पूछा गया`,
    listening: (time) => `Daypass ${time} तक सुन रहा है`,
    oldKept: 'तब तक पुराना टोकन काम करता है।',
  },
  next: {
    next: (plan) => `आगे: ${plan}`,
    givesUp: (at) => `${at} छोड़ देगा`,
    readsAgain: (at) => `आगे: ${at} फिर पढ़ेगा`,
    step: (step, at) => (at === null ? (stepWithoutTime[step] ?? '') : stepWithTime[step](at)),
    signIn: (at) => `${at} साइन इन करें`,
    afterCutoff: (time) => `, ${time} की रात-समाप्ति के बाद`,
    sameEnd: (time) => `अभी साइन इन करने पर भी ${time} समाप्त होगा।`,
    finishThere: 'वहाँ पूरा करें। यह कार्ड अपने-आप बदलेगा।',
    stillServed: 'बॉट को टोकन मिलता रहेगा; किसी को याद नहीं दिलाया जाएगा',
    often: 'अक्सर वेब पर साइन आउट, या बदला हुआ IP पता',
    yourTurn: 'सभी कोशिशें विफल रहीं। अब आपकी बारी है।',
  },
};
