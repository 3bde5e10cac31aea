/** One question over HTTP, and its answer or "no"; also what a page keeps of its session. */

import { Failure, noAnswer } from '../backend';
import type { Problem, Remedy } from '../bindings';

/** RFC 9457, with what Daypass adds. */
interface ProblemDocument {
  code?: string;
  title?: string;
  detail?: string;
  what?: string;
  todo?: string;
  remedy?: Remedy;
  quote?: string;
  problem?: Problem;
}

function failure(document: ProblemDocument): Failure {
  if (document.problem) return new Failure(document.code ?? document.problem.code, document.problem);
  const what = document.what ?? document.title;
  if (what === undefined) return noAnswer();
  const code = document.code ?? 'internal';
  const problem: Problem = {
    code,
    what,
    todo: document.todo ?? document.detail ?? '',
    remedy: document.remedy ?? 'try_again',
    ...(document.quote === undefined ? {} : { quote: document.quote }),
  };
  return new Failure(code, problem);
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    throw noAnswer();
  }
}

export interface Question {
  method?: 'GET' | 'POST' | 'DELETE';
  /** Makes it JSON. */
  body?: object | undefined;
  headers?: Record<string, string>;
  /** Calls the question off. */
  signal?: AbortSignal | undefined;
}

/** The program's own limits are shorter, but for the longest of its questions to a broker, which is as long. */
const LIMIT = 65_000;

/** The cookie of the session goes with it by itself. */
export async function ask<T>(path: string, { method = 'GET', body, headers = {}, signal }: Question = {}): Promise<T> {
  const end = new AbortController();
  const stop = () => {
    end.abort();
  };
  const timer = setTimeout(stop, LIMIT);
  // Not AbortSignal.any: it is younger than the oldest browsers that the page is built for.
  signal?.addEventListener('abort', stop);
  const typed = body === undefined ? {} : { 'content-type': 'application/json' };
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      headers: { ...typed, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: end.signal,
    });
    text = await response.text();
  } catch (thrown) {
    throw signal?.aborted === true ? thrown : noAnswer();
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
  const answer = parse(text);
  if (!response.ok) throw failure((answer ?? {}) as ProblemDocument);
  return answer as T;
}
