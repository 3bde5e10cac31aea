/** Hands a text to the browser as a download; the name is all that a page learns of it. */
export function saveFile(name: string, text: string): string {
  const url = URL.createObjectURL(new Blob([text]));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it when the next task runs.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  });
  return name;
}
