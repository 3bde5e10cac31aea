/** Where a reader is taken when a page gives way to the next one: to its heading. */
export function arrive(heading: HTMLElement): void {
  heading.focus({ preventScroll: true });
}
