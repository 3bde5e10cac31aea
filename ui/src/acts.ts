/** What each button does: one call on the backend, or on the page. */

import { copyText } from './clipboard';
import type { Live } from './live.svelte';
import { here, to } from './route.svelte';
import type { Verb } from './say';

/** Whoever stops waiting for this has changed nothing. */
const nothing = () => undefined;

/** True if it was done. */
export async function perform(live: Live, id: string, verb: Verb, signal?: AbortSignal): Promise<boolean> {
  const { backend } = live;
  const callOff = () => void backend.cancel(id).catch(nothing);
  switch (verb) {
    case 'sign_in':
      return live.act(id, verb, (wait) => backend.signIn(id, wait), { signal, whenStopped: callOff });
    case 'refresh':
      return live.act(id, verb, (wait) => backend.refresh(id, wait), { signal, whenStopped: callOff });
    case 'probe':
      return live.act(id, verb, () => backend.probe(id), { signal, whenStopped: nothing });
    case 'copy_token':
      return live.act(id, verb, () => backend.copyToken(id), { signal });
    case 'cancel': {
      // One that has not been heard of yet is ended where it waits.
      const waits = [live.wait(id, 'sign_in'), live.wait(id, 'refresh')].filter((wait) => wait !== undefined);
      waits.forEach((wait) => {
        wait.abort();
      });
      return waits.length > 0 || live.act(id, verb, () => backend.cancel(id), { signal });
    }
    case 'resume':
      return live.act(id, verb, () => backend.resume(id), { signal });
    case 'copy_link': {
      const url = live.account(id)?.work?.sign_in_url;
      return url ? copyText(url) : false;
    }
    case 'enter_keys':
      here.go(to.edit(id));
      return true;
  }
}

/** What happened, in a window of its own where there is one. */
export function openHistory(live: Live, id: string): void {
  if (live.backend.openHistory) void live.backend.openHistory(id).catch(() => undefined);
  else here.go(to.history(id));
}
