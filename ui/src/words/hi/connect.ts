import type { Words } from '..';

export const connect: Pick<Words, 'connect'> = {
  connect: {
    title: 'ब्रोकर जोड़ें',
    close: 'बंद करें',
    steps: { broker: 'ब्रोकर', keys: 'कुंजियाँ', sign_in: 'साइन इन' },
    which: 'कौन सा ब्रोकर?',
    whichLead: 'ब्रोकर रात में क्या करता है, उसी से तय होता है कि आप कब साइन इन करते हैं।',
    practice: 'अभ्यास ब्रोकर',
    practiceHabit: 'खाता नहीं चाहिए: पूरा दिन दस मिनट में बीतता है।',
    rule: 'नियम है कि हर कारोबारी दिन एक व्यक्ति एक बार साइन इन करे। Daypass सही समय पर पूछता है; वह आपकी जगह कभी साइन इन नहीं करता।',
    next: 'आगे',
    keysOf: (broker) => `${broker} की कुंजियाँ`,
    signInAt: (broker) => `${broker} पर साइन इन करें`,
    toFinish: 'ब्राउज़र में पूरा करने के लिए',
    progress: 'कहाँ तक पहुँचा',
    stages: {
      opened: (broker) => `${broker} आपके ब्राउज़र में खुलता है`,
      person: 'आप वहाँ साइन इन करते हैं',
      proven: (broker) => `${broker} नए टोकन को हाँ कहता है`,
      bots: 'आपके बॉट इसे ले सकते हैं',
    },
    keeps: 'रद्द करने पर कुंजियाँ बनी रहती हैं।',
    checkKeys: 'कुंजियाँ देखें',
    done: (label) => `${label} जुड़ गया`,
    finish: 'हो गया',
  },
};
