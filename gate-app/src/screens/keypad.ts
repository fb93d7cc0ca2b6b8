/** Big keys for numbers, for cold or gloved fingers. */
import { button, el } from "../look/dom";

export interface Keypad {
  node: HTMLElement;
  clear(): void;
}

/** `keys` in rows of three; a key that is not a digit or a point is a deed of its own. */
export function keypad(label: string, remove: string, onChange: (typed: string) => void, most: number, point = false): Keypad {
  let typed = "";
  const set = (text: string): void => {
    typed = text.slice(0, most);
    onChange(typed);
  };
  const key = (letter: string): HTMLElement => button(letter, () => set(typed + letter));
  const node = el("div", { class: "keypad", role: "group", "aria-label": label },
    ...["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(key),
    point ? key(".") : el("span", {}),
    key("0"),
    button("⌫", () => set(typed.slice(0, -1)), "", { "aria-label": remove }),
  );
  return { node, clear: () => set("") };
}
