import type { Words } from '..';

export const outlets: Pick<Words, 'outlets'> = {
  outlets: {
    title: 'आउटलेट',
    lead: 'हर नया टोकन अपने-आप कहाँ रखा जाता है।',
    states: {
      delivered: 'इसके पास है',
      ended: 'इसका टोकन समाप्त हो गया',
      delivering: 'चल रहा है',
      waiting: 'टोकन का इंतज़ार',
      failed: 'विफल',
    },
    took: (generation, time) => `इसके पास ${time} से टोकन ${generation} है।`,
    again: (time) => `${time} फिर कोशिश होगी।`,
    inSettings: 'आउटलेट ऐप की सेटिंग में या config.yaml में सेट होते हैं।',
    setUp: (name) => `${name} सेट करें`,
    setUpShort: 'सेट करें…',
    change: (name) => `${name} बदलें`,
    changeShort: 'बदलें…',
    on: 'चालू करें',
    off: 'बंद करें',
    save: 'सहेजें',
    cancel: 'रद्द करें',
    allowed: (what) => `यह भरें: ${what}।`,
    choices: { stdin: 'इसके स्टैंडर्ड इनपुट पर', env: 'इसके एनवायरनमेंट में' },
  },
};
