/** Small pieces of a page, made without markup in text: nothing that was scanned or typed can become part of it. */
export type Child = Node | string | null | false | undefined;

type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

export function el<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.replace(/^on/, ""), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child): child is Node | string => Boolean(child)));
  return node;
}

/** Put these in the place of what a node held. */
export function fill(node: HTMLElement, ...children: Child[]): void {
  node.replaceChildren(...children.filter((child): child is Node | string => Boolean(child)));
}

export const button = (words: string, pressed: () => unknown, kind = "", more: Attributes = {}): HTMLButtonElement =>
  el("button", { type: "button", class: kind, onclick: () => void pressed(), ...more }, words);

export interface Field {
  node: HTMLElement;
  input: HTMLInputElement;
}

let fields = 0;

export function field(label: string, attributes: Attributes = {}): Field {
  const id = `field-${++fields}`;
  const input = el("input", { id, autocomplete: "off", ...attributes });
  return { node: el("div", { class: "field" }, el("label", { for: id }, label), input), input };
}

const SVG = "http://www.w3.org/2000/svg";

function drawing(paths: [string, string][]): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 100");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "shape");
  for (const [d, kind] of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    path.setAttribute("class", kind);
    svg.append(path);
  }
  return svg;
}

/** Each verdict has its own outline, so that it is told apart without its colour. */
export function shape(verdict: "pass" | "refuse" | "hold" | "check"): SVGSVGElement {
  const drawn: Record<typeof verdict, [string, string][]> = {
    pass: [["M50 4a46 46 0 1 0 .01 0Z", "outline"], ["M28 52l16 17 30-36", "sign"]],
    refuse: [["M31 4h38l27 27v38L69 96H31L4 69V31Z", "outline"], ["M33 33l34 34M67 33L33 67", "sign"]],
    hold: [["M50 6 97 92H3Z", "outline"], ["M50 38v26M50 76v3", "sign"]],
    check: [["M50 3 97 50 50 97 3 50Z", "outline"], ["M38 40c0-18 25-17 25-1 0 11-13 11-13 22M50 73v3", "sign"]],
  };
  return drawing(drawn[verdict]);
}
