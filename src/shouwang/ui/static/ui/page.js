// Small comforts. Everything on the page works without this file.

const root = document.documentElement;

function showTheme(chosen) {
  if (chosen === "auto") delete root.dataset.bsTheme;
  else root.dataset.bsTheme = chosen;
  for (const button of document.querySelectorAll("[data-theme-to]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeTo === chosen));
  }
}

for (const group of document.querySelectorAll("[data-theme-switch]")) {
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-to]");
    if (!button) return;
    try {
      localStorage.setItem("shouwang-theme", button.dataset.themeTo);
    } catch {
      // The choice then lasts for this page only.
    }
    showTheme(button.dataset.themeTo);
  });
}
showTheme(root.dataset.bsTheme ?? "auto");

// The error summary or refusal is what must be read first, also when it arrives in a fragment.
function focusFirst(scope) {
  scope.querySelector("[data-focus]")?.focus();
}
focusFirst(document);
document.addEventListener("htmx:afterSwap", (event) => focusFirst(event.target));

// A server answers a refused form with 4xx and a fragment that says why: it is shown like any other answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { status } = event.detail.xhr;
  if (status === 400 || status === 409 || status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// Menus of the top bar close on Escape and on a click elsewhere; the focus goes back to what opened them.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.sw-drop[open], details.sw-reveal[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  } else if (location.hash === "#nav") {
    location.hash = "#content";
  }
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.sw-drop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// A filter that changes by choosing sends itself; its button stays for the keyboard and for pages without script.
for (const select of document.querySelectorAll("[data-submit-on-change]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
