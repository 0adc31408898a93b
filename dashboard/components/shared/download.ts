/** Has the browser save a text as a file of this name. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on it from the click on.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
