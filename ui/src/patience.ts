/**
 * What somebody waits for, and may stop waiting for.
 *
 * Invariant: whoever stops is free at once, whatever is still on its way. What this is not: an undo; a question to the
 * door ends with its signal, and a change that has been sent may still be made.
 */

/** A wait in somebody's hand. */
export type Wait = Pick<AbortController, 'abort'>;

/** A shorter wait shows nothing, and needs no way out. */
export const SOON = 300;

/** The task's own end, or the signal's, whichever is sooner. */
export function unless<T>(signal: AbortSignal, task: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(new DOMException('stopped', 'AbortError'));
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    void task.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}

export function isStop(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError';
}
