/**
 * What can be said about a value while it is typed. Rust judges again, and its word counts.
 *
 * Each function gives the sentence to show, or an empty text.
 */

import type { SettingValue } from '../backend';
import type { BrokerField, OutletField, Setting } from '../bindings';
import { words } from '../words';

const said = words.settings;
const TIME = /^([01]?\d|2[0-3]):[0-5]\d$/;

function number(setting: Setting, text: string): string {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return said.number;
  if (setting.kind === 'whole' && !Number.isInteger(value)) return said.whole;
  const { from, to } = setting;
  const low = typeof from === 'number' && value < from;
  const high = typeof to === 'number' && value > to;
  return low || high ? said.between(String(from ?? ''), String(to ?? '')) : '';
}

/** `22:00-07:00`, or nothing. */
function clockSpan(text: string): string {
  if (text === '') return '';
  const times = text.split('-');
  return times.length === 2 && times.every((time) => TIME.test(time.trim())) ? '' : said.clock;
}

/** A setting as text. */
export function checkSetting(setting: Setting, text: string): string {
  switch (setting.kind) {
    case 'number':
    case 'whole':
      return number(setting, text);
    case 'span':
      return clockSpan(text);
    case 'file':
      return text.trim() === '' ? said.needed : '';
    case 'choice':
    case 'flag':
      return '';
  }
}

/** The text as Rust wants it. */
export function typed(setting: Setting, text: string): SettingValue {
  if (setting.kind === 'number' || setting.kind === 'whole') return Number(text);
  return setting.kind === 'flag' ? text === 'true' : text.trim();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function address(text: string): string {
  if (!URL.canParse(text)) return said.form.url;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)) ? '' : said.form.url;
}

/** Where a browser comes back to: this computer, without anything behind the path. */
function comesBackHere(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, port, search } = new URL(text);
  return protocol === 'http:' && isLoopback(hostname) && port !== '0' && search === '' && isBare(text);
}

/** One field of an account's form. `stored`: an empty secret stays as it is. */
export function checkField(field: BrokerField, text: string, stored: boolean): string {
  if (text === '') return field.required && !(field.secret && stored) ? said.form.required : '';
  if (text !== text.trim()) return said.form.blanks;
  if (field.key === 'redirect_uri') return comesBackHere(text) ? '' : said.form.redirect;
  return field.key.endsWith('_url') ? address(text) : '';
}

/** No user name, no password, no place within the page: an outlet's address goes out as it is. */
function isBare(text: string): boolean {
  const { username, password, hash } = new URL(text);
  return username === '' && password === '' && hash === '';
}

function fits(field: OutletField, text: string): boolean {
  switch (field.kind) {
    case 'file':
      return !/[/.]$/.test(text) && !/^~[^/]/.test(text);
    case 'variable':
      return /^[A-Za-z_]\w*$/.test(text);
    case 'choice':
      return field.choices.includes(text);
    case 'address':
      return address(text) === '' && isBare(text);
    case 'program':
    case 'secret':
      return true;
  }
}

/** One field of an outlet's form. `stored`: an empty secret stays as it is. */
export function checkOutlet(field: OutletField, text: string, stored: boolean): string {
  const bare = text.trim();
  if (bare === '') return field.required && !(field.secret && stored) ? said.form.required : '';
  return fits(field, bare) ? '' : words.outlets.allowed(field.allowed);
}
