/**
 * Scanners and thermometers that type: what comes faster than a person types and ends with Enter is theirs. Keys meant for
 * a field or a button stay with it.
 */
const FASTEST_PERSON_MS = 60;

export function listenForDevices(onText: (text: string) => boolean): void {
  let typed = "";
  let lastAt = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const { target } = event;
    if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return;
    // When the key was struck, not when a busy phone came to it: a code that waited is still one code.
    if (event.timeStamp - lastAt > FASTEST_PERSON_MS * 4) typed = "";
    lastAt = event.timeStamp;
    if (event.key === "Enter") {
      const text = typed;
      typed = "";
      if (text.length >= 2 && onText(text)) event.preventDefault();
    } else if (event.key.length === 1) {
      typed += event.key;
      // A space inside a code must not press the button that has the focus.
      if (event.key === " " && typed.length > 1) event.preventDefault();
    }
  }, true);
}
