/** A made-up log. */

import type { LogLine } from '../../bindings';
import { at } from './base';

export function logLines(): LogLine[] {
  const line = (hours: number, level: LogLine['level'], text: string): LogLine => ({ at: at(hours), level, text });
  return [
    line(11.64, 'info', 'The broker says yes account=upstox took_ms=190'),
    line(11.14, 'warn', 'The broker gives no answer; the token is kept account=upstox'),
    line(8.69, 'info', 'The token was handed out account=upstox to=nifty-straddle generation=212'),
    line(8.68, 'info', 'Signed in account=upstox generation=212'),
    line(8.66, 'debug', 'Exchanging the code account=upstox'),
    line(
      8.6,
      'error',
      'The JSON file could not be written: the disk is full. It is tried again in 30 s. account=upstox',
    ),
    line(8.5, 'info', 'Waiting for the browser account=upstox'),
    line(3.5, 'info', 'The token ended account=upstox'),
  ];
}
