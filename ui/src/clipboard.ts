/** Puts a text on the clipboard; where the modern way is not given, the old one, which has it in the page for a moment. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'sr';
    area.setAttribute('readonly', '');
    document.body.append(area);
    area.select();
    // The only way in a web view that gives no clipboard permission.
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
