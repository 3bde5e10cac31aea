import type { Words } from '..';

export const session: Pick<Words, 'session'> = {
  session: {
    looksOnly: 'यहाँ आप देख, ताज़ा और साइन इन कर सकते हैं।',
    command: 'daypass dashboard',
    how: 'सेटिंग, खाते और कुंजियाँ इस ब्राउज़र में टर्मिनल के इस आदेश से खुलती हैं:',
    copy: 'कॉपी करें',
    title: 'यह ब्राउज़र',
    label: 'सत्र',
    help: '“daypass dashboard” से खुला। एक घंटे तक इस्तेमाल न होने पर, या यहाँ से, बंद होता है।',
    end: 'सत्र बंद करें',
    over: 'यह सत्र बंद हो गया है।',
    overTodo: 'आपका लिखा यहीं रहता है। यह आदेश इसे फिर खोलता है:',
  },
};
