/** The page begins here: find the way in, follow it, draw. */

import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from './backend';
import { Live } from './live.svelte';
import './styles/tokens.css';
import './styles/app.css';
import { words } from './words';
import { nameLanguage } from './words/language';

document.documentElement.lang = words.lang;
nameLanguage(words.locale);
// For pictures of both themes; the system decides otherwise.
const theme = new URLSearchParams(location.search).get('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;

const target = document.getElementById('app');
if (target) {
  const backend = await connect();
  mount(App, { target, props: { live: new Live(backend) } });
  // The first frame is drawn when the one after it begins.
  requestAnimationFrame(() =>
    requestAnimationFrame((now) => {
      void backend.painted?.(now).catch(() => undefined);
    }),
  );
}
