// The form editor, smoother: saves on change, checks formulas while typing, shows the preview.
"use strict";

const form = document.getElementById("fields");
const state = document.getElementById("state");
const preview = document.getElementById("preview");
const tongues = document.querySelector("[data-preview]");
const words = form.dataset;
const ignored = ["kind", "where", "target", "find"];
let running = null;
let changed = false;
let leaving = false;

function showPreview() {
  preview.src = tongues.selectedOptions[0].dataset.address;
}

function showQuestion() {
  const name = form.elements.was.value;
  const there = preview.contentDocument?.querySelector(`[data-question="${CSS.escape(name)}"]`);
  if (!name || !there) return;
  preview.contentWindow.scrollTo(0, there.getBoundingClientRect().top - 24);
  there.style.outline = "3px solid #f2b61c";
  there.style.outlineOffset = "6px";
}

tongues.form.querySelector("button").hidden = true;
tongues.addEventListener("change", () => {
  form.elements.lang.value = tongues.value;
  showPreview();
});
preview.addEventListener("load", showQuestion);
if (preview.contentDocument?.readyState === "complete") showQuestion();

document.querySelector(".outline [aria-current]")?.scrollIntoView({ block: "nearest" });
const first = form.querySelector("textarea");
if (first && !first.value && !document.querySelector("[role=alert]")) first.focus();

// What was typed while the answer was under way stays; a new choice takes its place in the list.
function renewChoices(page, sent) {
  const mine = form.querySelector(".choice-rows");
  const theirs = page.querySelector(".choice-rows");
  if (!mine || !theirs || ![...sent].some(([name, text]) => name.startsWith("k:new") && text)) return;
  const before = [...mine.querySelectorAll("input")];
  const after = [...theirs.querySelectorAll("input")];
  const focus = before.indexOf(document.activeElement);
  before.forEach((input, at) => {
    if (after[at] && input.value !== sent.get(input.name)) after[at].value = input.value;
  });
  mine.replaceWith(theirs);
  if (focus >= 0) after[focus]?.focus();
}

function renew(page, sent) {
  const revision = page.querySelector("#fields [name=revision]").value;
  for (const field of document.querySelectorAll("[name=revision]")) field.value = revision;
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!fresh) continue;
    const top = part.scrollTop;
    part.replaceChildren(...fresh.childNodes);
    part.scrollTop = top;
  }
  page.querySelectorAll("[data-preview] option").forEach((option, at) => {
    if (tongues.options[at]) tongues.options[at].dataset.address = option.dataset.address;
  });
  const name = form.elements["c:name"];
  const fresh = page.querySelector("#fields").elements;
  if (name && name.value === sent.get("c:name")) name.value = fresh["c:name"].value;
  form.elements.was.value = fresh.was.value;
  renewChoices(page, sent);
  showPreview();
}

async function save() {
  if (leaving) return null;
  if (running) {
    changed = true;
    return running;
  }
  state.textContent = words.saving;
  const sent = new URLSearchParams(new FormData(form));
  sent.set("do", "save");
  running = fetch(form.action, { method: "POST", body: sent, keepalive: String(sent).length < 60000 });
  try {
    const answer = await running;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    running = null;
    if (answer.ok) {
      renew(page, sent);
      state.textContent = words.saved;
    } else {
      const why = page.querySelector("[role=alert] li")?.textContent ?? "";
      state.textContent = `${words.unsaved} ${why}`;
      if (answer.status === 409) showOther();
    }
  } catch (problem) {
    running = null;
    if (!(problem instanceof TypeError)) throw problem;
    state.textContent = words.unsaved; // no network: everything still stands in the fields
  }
  if (changed) {
    changed = false;
    await save();
  }
  return null;
}

// Somebody else was first: the page shows both, but not before a sentence is typed to its end.
function showOther() {
  leaving = true;
  changed = false;
  const typing = document.activeElement?.matches("#fields textarea, #fields input");
  const go = () => leave(() => form.submit());
  if (typing) document.activeElement.addEventListener("blur", go, { once: true });
  else go();
}

async function leave(go) {
  leaving = true;
  changed = false;
  if (running) await running.catch(() => null);
  setTimeout(go);
}

window.addEventListener("pageshow", () => {
  leaving = false; // back again with the browser's button
});
form.addEventListener("change", (event) => {
  if (ignored.includes(event.target.name)) return;
  if ("reload" in event.target.dataset) form.requestSubmit();
  else save();
});
form.addEventListener("submit", (event) => {
  if (!running) return;
  event.preventDefault();
  leave(() => form.requestSubmit(event.submitter));
});
document.querySelector(".outline").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || !running || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  leave(() => location.assign(link.href));
});

// Rules in rows: the answers of the chosen question to choose from.
const offered = JSON.parse(form.dataset.options ?? "{}");

function valueOf(key) {
  return form.querySelector(`[data-value-of="${key}"]`);
}

function showAnswers(select) {
  const about = offered[select.value] ?? { kind: "text", options: [] };
  const old = valueOf(select.dataset.questionOf).querySelector("input, select");
  const field = document.createElement(about.options.length ? "select" : "input");
  field.id = old.id;
  field.name = old.name;
  if (about.options.length) {
    field.append(new Option("–", ""), ...about.options.map(([name, text]) => new Option(text, name)));
  } else if (about.kind === "date") {
    field.type = "date";
  } else if (about.kind === "number") {
    field.inputMode = "decimal";
  }
  old.replaceWith(field);
}

form.addEventListener(
  "change",
  (event) => {
    const { questionOf, signOf, mode } = event.target.dataset;
    if (questionOf) {
      showAnswers(event.target);
      event.stopPropagation(); // nothing to store before there is an answer
    } else if (signOf) {
      const cell = valueOf(signOf);
      cell.hidden = ["answered", "empty"].includes(event.target.value);
      const other = form.elements[`${signOf}other`]?.value;
      const value = cell.querySelector("input, select").value || other;
      if (!value && !cell.hidden) event.stopPropagation();
    } else if (mode !== undefined && event.target.value !== "always") {
      event.stopPropagation();
    }
  },
  true,
);

// Formulas: what is wrong with them, while they are being typed.
for (const input of form.querySelectorAll("[data-formula]")) {
  const told = document.getElementById(`${input.id}-told`);
  let waiting = 0;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => tell(input, told), 300);
  });
}

async function tell(input, told) {
  const text = input.value;
  if (!text.trim()) {
    told.textContent = "";
    return;
  }
  const body = new URLSearchParams({
    csrf_token: form.elements.csrf_token.value,
    place: form.elements.place.value,
    column: input.dataset.formula,
    text,
  });
  const answer = await fetch(words.check, { method: "POST", body });
  if (!answer.ok || input.value !== text) return;
  const found = await answer.json();
  told.textContent = found.length ? found.join(" ") : words.fine;
  told.classList.toggle("bad", found.length > 0);
}
