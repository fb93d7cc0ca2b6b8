// Passkeys on pages of sign-in: offered where the browser can use them, and what went wrong said on the page.
// The ceremony itself is allauth's (mfa/js/webauthn.js).

const byNumber = /^[\d.]+$|:/.test(location.hostname);
const usable = window.isSecureContext && "PublicKeyCredential" in window && !byNumber;

for (const part of document.querySelectorAll("[data-passkey]")) part.hidden = !usable;
for (const part of document.querySelectorAll("[data-no-passkey]")) part.hidden = usable;

document.addEventListener("allauth.error", (event) => {
  const notes = document.querySelectorAll("[data-passkey-trouble]");
  if (notes.length === 0) return;
  event.preventDefault();
  for (const note of notes) note.hidden = false;
});
