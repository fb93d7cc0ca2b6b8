// The checklist on a phone: everything entered is kept here at once, and sent when there is a network.
const form = document.querySelector("form[data-assessment]");
const shown = document.querySelector("[data-assessment-state]");
const shelf = `sw-assessment-${form.dataset.assessment}`;
const LONGEST = 1280;
const AGAIN = 15000;
let draft = read() ?? { key: crypto.randomUUID(), values: {}, photos: {}, waiting: false };
let sending = false;

function read() {
  try {
    return JSON.parse(localStorage.getItem(shelf));
  } catch {
    return null;
  }
}

function keep() {
  try {
    localStorage.setItem(shelf, JSON.stringify(draft));
    return true;
  } catch {
    say("full");
    return false;
  }
}

// The sentences stand in the page, in its language.
function say(name, more = "") {
  shown.textContent = [shown.dataset[name], more].filter(Boolean).join(" ");
  shown.hidden = false;
}

for (const field of form.querySelectorAll("input[type=radio], textarea")) {
  const kept = draft.values[field.name];
  if (kept !== undefined) {
    if (field.type === "radio") field.checked = field.value === kept;
    else field.value = kept;
  }
  field.addEventListener("input", () => {
    if (field.type !== "radio" || field.checked) draft.values[field.name] = field.value;
    if (keep()) say("kept");
  });
}

for (const field of form.querySelectorAll("input[type=file]")) {
  mark(field);
  field.addEventListener("change", async () => {
    const file = field.files[0];
    if (!file) return;
    try {
      draft.photos[field.name] = await small(file);
    } catch {
      say("unreadable");
      return;
    }
    if (keep()) say("kept");
    mark(field);
  });
}

function mark(field) {
  const note = form.querySelector(`[data-photo-of="${field.name}"]`);
  note.hidden = !(field.name in draft.photos);
}

// Drawn anew at most so large: what the phone wrote beside the picture stays behind.
async function small(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.75);
}

function blob(url) {
  const bytes = Uint8Array.from(atob(url.split(",")[1]), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: "image/jpeg" });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  draft.waiting = true;
  keep();
  send();
});

async function send() {
  if (sending || !draft.waiting) return;
  sending = true;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
  body.set("key", draft.key);
  for (const [name, value] of Object.entries(draft.values)) body.set(name, value);
  for (const [name, value] of Object.entries(draft.photos)) body.set(name, blob(value), "photo.jpg");
  say("sending");
  try {
    const answer = await fetch(form.action, {
      method: "POST", body, headers: { "X-Requested-With": "fetch" }, signal: AbortSignal.timeout(30000),
    });
    const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : null;
    if (answer.ok && told?.href) {
      localStorage.removeItem(shelf);
      window.location.assign(told.href);
      return;
    }
    if (answer.status >= 500) {
      say("waiting");
    } else if (told) {
      draft.waiting = false;
      keep();
      say("refused", `${told.reason} ${told.next ?? ""}`);
    } else {
      // Signed out meanwhile, or another page answered: what was entered stays here.
      say("signedout");
    }
  } catch {
    say("waiting");
  } finally {
    sending = false;
  }
}

window.addEventListener("online", send);
setInterval(send, AGAIN);
if (draft.waiting) send();
else if (Object.keys(draft.values).length) say("kept");
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register(form.dataset.worker, { scope: "/certification/unit/" }).catch(() => {});
}
