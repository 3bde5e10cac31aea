import type { Words } from '..';

export const trouble: Pick<
  Words,
  | 'code'
  | 'quote'
  | 'wait'
  | 'clock'
  | 'vault'
  | 'also'
  | 'stop'
  | 'live'
  | 'failed'
  | 'failedTodo'
  | 'noAnswer'
  | 'noAnswerTodo'
  | 'dismiss'
  | 'version'
> = {
  code: (code) => `कोड ${code}`,
  quote: (text) => `उसने कहा: “${text}”`,

  wait: {
    bar: 'साइन इन के लिए बचा समय',
    trouble: 'ब्राउज़र त्रुटि पर रुका, या दूसरे कंप्यूटर पर है?',
    paste: 'जिस पते पर वह रुका, उसे पूरा चिपकाएँ',
    placeholder: (redirect) => `${redirect}?code=…`,
    use: 'इस्तेमाल करें',
    notAnAddress: 'यह पता नहीं है। ब्राउज़र की पता-पट्टी से पूरा पता कॉपी करें।',
    elsewhere: (redirect) => `यह पता ${redirect} से शुरू नहीं होता। Daypass ने जो टैब खोला, उससे कॉपी करें।`,
    help: (redirect) => `ब्रोकर ग़लत रीडायरेक्ट URI बता रहा है? वह ठीक ${redirect} होना चाहिए, एक-एक अक्षर।`,
  },

  clock: {
    slow: (by) => `इस कंप्यूटर की घड़ी ${by} पीछे है।`,
    fast: (by) => `इस कंप्यूटर की घड़ी ${by} आगे है।`,
    todo: 'तब तक समय ब्रोकर की घड़ी से दिखाए जाते हैं।',
  },
  vault: {
    label: 'टोकन की सुरक्षा',
    locked: 'कीरिंग बंद है।',
    lockedTodo: 'खुलने तक सहेजे टोकन पढ़े नहीं जा सकते। कुछ खोया नहीं है।',
    memory: 'टोकन केवल मेमोरी में हैं।',
    memoryTodo: 'Daypass बंद होने पर वे चले जाएँगे। रखने के लिए कीरिंग खोलें या पासफ़्रेज़ रखें।',
    notSaved: (label) => `${label}: साइन इन हुआ, अभी सहेजा नहीं।`,
    notSavedTodo: 'टोकन काम करता है, पर Daypass अभी बंद हो तो चला जाएगा। सहेजने की कोशिश अपने-आप फिर होगी।',
    kinds: {
      keyring: 'सिस्टम कीरिंग',
      passphrase: 'पासफ़्रेज़',
      memory: 'केवल मेमोरी',
      locked: 'कीरिंग, बंद',
    },
  },
  also: 'साथ ही',
  stop: '।',

  live: {
    loading: 'Daypass से हाल पूछा जा रहा है',
    lost: 'Daypass से जवाब नहीं मिल रहा।',
    lostTodo: (span) => `जो दिख रहा है, वह पिछली जानकारी है। ${span} में फिर कोशिश होगी।`,
    lostNow: 'जो दिख रहा है, वह पिछली जानकारी है। अभी फिर कोशिश हो रही है।',
    none: 'Daypass से जवाब नहीं मिल रहा।',
    noneTodo: 'इसे ऐप से या “daypass serve” से शुरू करें। यह पेज अपने-आप जुड़ेगा।',
    retry: 'अभी कोशिश करें',
  },
  failed: 'वह नहीं हुआ।',
  failedTodo: 'फिर कोशिश करें। कारण लॉग में है।',
  noAnswer: 'Daypass ने जवाब नहीं दिया।',
  noAnswerTodo: 'देखें कि वह चल रहा है, फिर कोशिश करें।',
  dismiss: 'हटाएँ',
  version: (version) => `Daypass ${version}`,
};
