import { countedIn } from '../counted';

export const counted = countedIn('en');
