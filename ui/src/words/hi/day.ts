import type { Words } from '..';
import { counted } from './counted';

export const day: Pick<Words, 'day' | 'accounts' | 'past'> = {
  day: {
    cut: 'रात-समाप्ति',
    ready: 'तैयार',
    open: 'खुला',
    close: 'बंद',
    more: (count) => counted(count, { other: '# और' }),
    axis: (zone) => `एक्सचेंज का समय ${zone}`,
    label: (date, now, lanes, session) => `${date}, अभी ${now}। ${lanes} ${session}`,
    session: (ready, open, close) => `${ready} तक तैयार, ${open} खुलता है, ${close} बंद होता है।`,
    noSession: (why) => (why === null ? 'इस दिन बाज़ार बंद है।' : `इस दिन बाज़ार बंद है: ${why}।`),
    kinds: {
      spent: (from, to) => `${from} से ${to} तक टोकन इस्तेमाल हुआ`,
      left: (from, to) => `${from} से ${to} तक पुष्ट`,
      hope: (from, to) => `${from} से ${to} तक अपेक्षित, पुष्ट नहीं`,
      none: (from, to) => `${from} से ${to} तक टोकन नहीं`,
    },
    goesOn: 'आधी रात के बाद भी चलता है',
  },

  accounts: 'खाते',
  past: {
    title: 'अब तक',
    issued: (generation) => `नया टोकन, क्रमांक ${generation}`,
    saved: (backups) => (backups === 0 ? 'डिस्क पर सील' : counted(backups, { other: 'डिस्क पर सील; # पुराने रखे हैं' })),
    yes: (broker) => `${broker} ने हाँ कहा`,
    no: (broker) => `${broker} ने मना किया`,
    silent: (broker) => `${broker} ने जवाब नहीं दिया`,
    ended: 'टोकन समाप्त हुआ',
    refused: 'टोकन अस्वीकार हुआ',
  },
};
