/** A made-up month: one late sign-in, one token that was refused, one broker that was silent. */

import type { DaySum, Happening, History, HistoryLine, Snapshot, Strip } from '../../bindings';
import { DAYS } from '../../history/model';

const DAY = 86_400_000;
/** Sign-ins in seconds, over and over. */
const SIGN_INS = [9, 8, 10, 9, 8, 12, 7, 9, 8, 41, 10, 8, 9, 34, 7, 8, 9, 11, 8, 7, 9];

const NOTHING = {
  sign_ins: 0,
  sign_ins_failed: 0,
  renewals: 0,
  renewals_failed: 0,
  probes_valid: 0,
  probes_invalid: 0,
  probes_unknown: 0,
  refusals: 0,
  hand_outs: 0,
};

/** Days back from today on which something went wrong. */
const LATE = 16;
const REFUSED = 22;
const SILENT = 7;

function strip(day: string, back: number, weekend: boolean, held: boolean): Strip {
  const night = held ? [{ from: 0, to: 3.5, held: 'proven' as const }] : [];
  if (weekend) return { day, stretches: night, opens: null, readiness: null };
  const stretches = [...night];
  const add = (from: number, to: number, held: Strip['stretches'][number]['held']) =>
    stretches.push({ from, to, held } as never);
  const begin = back === LATE ? 9.52 : 8.45 + (back % 5) * 0.06;
  if (back === LATE) add(9.25, begin, 'missing');
  if (back === 0) {
    add(begin, 11.7, 'proven');
    add(11.7, 24, 'ahead');
  } else if (back === SILENT) {
    add(begin, 13.03, 'proven');
    add(13.03, 13.66, 'unproven');
    add(13.66, 24, 'proven');
  } else if (back === REFUSED) {
    add(begin, 11.33, 'proven');
    add(11.33, 11.4, 'missing');
    add(11.4, 24, 'proven');
  } else add(begin, 24, 'proven');
  return { day, stretches, opens: 9.25, readiness: back === LATE ? 'not_ready' : 'ready' };
}

function sum(day: string, back: number, weekend: boolean, renews: boolean): DaySum {
  const trades = !weekend;
  const failed = renews && back % 9 === 4 ? 3 : 0;
  return {
    ...NOTHING,
    day,
    sign_ins: trades ? 1 : 0,
    renewals: renews ? 48 - failed : 0,
    renewals_failed: failed,
    probes_valid: 40 + (back % 4),
    probes_unknown: back === SILENT ? 2 : 0,
    refusals: back === REFUSED ? 1 : 0,
    hand_outs: trades ? 3 : 0,
    readiness: trades ? (back === LATE ? 'not_ready' : 'ready') : null,
    median_sign_in_ms: trades ? (SIGN_INS[back % SIGN_INS.length] ?? 9) * 1000 : null,
    median_probe_ms: 180 + ((back * 37) % 90) + (back === SILENT ? 260 : 0),
  };
}

function lines(account: string, now: number): HistoryLine[] {
  const line = (hours: number, happening: Happening): HistoryLine => ({
    at: new Date(now + (hours - 11.7) * 3_600_000).toISOString(),
    account,
    sentence: `${happening.happened}.`,
    ...happening,
  });
  const signedIn = (seconds: number, generation: number): Happening => {
    return { happened: 'signed_in', took_ms: seconds * 1000, generation, proven: true };
  };
  const took = (to: string): Happening => ({ happened: 'handed_out', to, generation: 212, via: 'http' });
  return [
    line(11.6, { happened: 'probed', outcome: 'valid', took_ms: 190 }),
    line(8.7, took('hedger')),
    line(8.69, took('nifty-straddle')),
    line(8.68, signedIn(9, 212)),
    line(8.5, { happened: 'told', kind: 'prompt' }),
    line(3.5, { happened: 'ended' }),
    line(-15.4, signedIn(7, 211)),
    line(-20.5, { happened: 'ended' }),
    line(13.66 - SILENT * 24, { happened: 'probed', outcome: 'valid' }),
    line(13.03 - SILENT * 24, { happened: 'probed', outcome: 'unknown' }),
    line(9.52 - LATE * 24, signedIn(41, 203)),
    line(9.2 - LATE * 24, { happened: 'readiness', state: 'not_ready', session_opens: '2026-11-03T03:45:00Z' }),
    line(11.4 - REFUSED * 24, signedIn(12, 199)),
    line(11.33 - REFUSED * 24, { happened: 'refused', code: 'UDAPI100050', what: 'Upstox refused the token.' }),
  ];
}

export function past(scene: string, account: string, { now }: Snapshot): History {
  const moment = Date.parse(now);
  const none = scene === 'history_none';
  const days = Array.from({ length: DAYS }, (_, back) => new Date(moment - back * DAY));
  const text = (day: Date) => day.toISOString().slice(0, 10);
  const weekend = (day: Date) => [0, 6].includes(day.getUTCDay());
  const renews = account !== 'upstox';
  const empty = (day: Date): Strip => ({ day: text(day), stretches: [], opens: null, readiness: null });
  const strips = days.map((day, back) =>
    none ? empty(day) : strip(text(day), back, weekend(day), !weekend(new Date(day.getTime() - DAY))),
  );
  const sums = none ? [] : days.map((day, back) => sum(text(day), back, weekend(day), renews));
  const total = (pick: (sum: DaySum) => number) => sums.reduce((all, one) => all + pick(one), 0);
  const sessions = total((one) => (one.readiness === null ? 0 : 1));
  const renewals = total((one) => one.renewals);
  const failed = total((one) => one.renewals_failed);
  return {
    entries: none ? [] : lines(account, moment),
    days: sums,
    strips,
    totals: {
      ...NOTHING,
      sign_ins: total((one) => one.sign_ins),
      renewals,
      renewals_failed: failed,
      probes_valid: total((one) => one.probes_valid),
      probes_unknown: total((one) => one.probes_unknown),
      refusals: 1,
      hand_outs: total((one) => one.hand_outs),
      sessions,
      sessions_ready: sessions - 1,
      median_sign_in_ms: 9000,
      longest_sign_in_ms: 41_000,
      refresh_success: renews ? renewals / (renewals + failed) : null,
      longest_without_token_ms: 960_000,
    },
    bots: none
      ? []
      : [
          { name: 'nifty-straddle', hand_outs: 21, median_pick_up_ms: 400 },
          { name: 'hedger', hand_outs: 20, median_pick_up_ms: 600 },
          { name: 'zero-hedge', hand_outs: 9, median_pick_up_ms: 1900 },
          { name: 'weekly-report', hand_outs: 4, median_pick_up_ms: 940_000 },
        ],
  };
}
