// Comfort on top of pages that work without it: look-ups while typing, choosing all rows.
"use strict";

for (const box of document.querySelectorAll("[data-look-up]")) {
  const select = document.getElementById(box.dataset.for);
  const input = box.querySelector("input");
  box.querySelector("button").hidden = true;
  let asked = 0;
  input.addEventListener("input", async () => {
    const mine = ++asked;
    const address = new URL(box.dataset.lookUp, location.href);
    address.searchParams.set("query", input.value);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok || mine !== asked) return;
    const chosen = select.selectedOptions[0];
    const kept = [...select.options].filter((option) => option === chosen || option.value === "");
    const found = (await answer.json())
      .filter(([id]) => !chosen || id !== chosen.value)
      .map(([id, name]) => new Option(name, id));
    select.replaceChildren(...kept, ...found);
    if (found.length && (!chosen || chosen.value === "")) select.value = found[0].value;
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

for (const button of document.querySelectorAll("[data-choose-all]")) {
  const boxes = document.querySelectorAll('input[name="rowid"]');
  button.hidden = boxes.length < 2;
  button.addEventListener("click", () => {
    const every = [...boxes].every((box) => box.checked);
    for (const box of boxes) box.checked = !every;
  });
}

// A long menu opens where its reader is.
const current = document.querySelector(".menu [aria-current]");
const menu = current?.closest(".menu > ul");
if (menu) menu.scrollTop = current.offsetTop - menu.clientHeight / 2;

document.querySelector('[role="alert"][tabindex]')?.focus();
