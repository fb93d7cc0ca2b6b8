// Comforts of a resident's pages; everything works without this file.

// The code of an invitation sheet's QR comes after the #, which no server and no log ever sees.
const invitation = document.querySelector("[data-invitation] input[name=code]");
function takeFragment() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (!invitation || !code) return;
  invitation.value = code;
  history.replaceState(null, "", location.pathname);
}
takeFragment();
addEventListener("hashchange", takeFragment);

// Nobody is signed in on this page: whatever an earlier session kept on the device goes.
if (document.querySelector("[data-wipe]") && "caches" in window) {
  caches.keys().then((names) => names.filter((name) => name.startsWith("shouwang-my")).forEach((name) => caches.delete(name)));
}
