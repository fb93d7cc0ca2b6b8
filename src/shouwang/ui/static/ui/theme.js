// Read before anything is drawn, so that a page chosen dark never flashes light. "auto" needs no script at all.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("shouwang-theme");
  } catch {
    // Storage may be shut (private window): the page then follows the device.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.bsTheme = chosen;
})();
