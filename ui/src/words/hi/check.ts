import type { Words } from '..';

export const check: Pick<Words, 'check'> = {
  check: {
    aspects: {
      port: 'रीडायरेक्ट पोर्ट',
      credentials: 'कुंजी और सीक्रेट',
      keyring: 'कीरिंग',
      disk: 'डिस्क',
      clock: 'घड़ी',
      calendar: 'ट्रेडिंग के दिन',
      network: 'नेटवर्क',
      autostart: 'कंप्यूटर के साथ शुरू',
      display: 'स्क्रीन',
    },
    fine: 'ठीक',
    note: 'ध्यान दें',
    risk: 'जोखिम',
    title: (day) => `${day} बाज़ार खुलना`,
    titleOpen: 'आज का सत्र',
    titleNext: 'अगली बार खुलना',
    looked: (ago) => `${ago} देखा`,
    never: 'इस कंप्यूटर को अभी किसी ने नहीं देखा।',
    well: 'रास्ते में कुछ नहीं है।',
    look: 'अभी देखें',
  },
};
