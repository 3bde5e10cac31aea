import { cleanup } from '@testing-library/svelte';
import { afterEach, beforeEach, vi } from 'vitest';
import { zoneChanged } from '../src/time';

// Every test is in India, where the exchange of the scenes is, unless it travels.
beforeEach(() => {
  process.env['TZ'] = 'Asia/Kolkata';
  zoneChanged();
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  location.hash = '';
});
