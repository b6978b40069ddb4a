/* Makes two things smoother where it runs: a file that is too large is said at once instead of
   after sending it, and long lists get a box to search in. Nothing needs it. */
(() => {
  "use strict";
  const own = document.currentScript.dataset;
  const LONG = 20;
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

  for (const input of document.querySelectorAll("input[type=file]")) {
    const said = document.createElement("p");
    said.className = "error";
    said.setAttribute("role", "status");
    input.after(said);
    input.addEventListener("change", () => {
      const heavy = [...input.files].some((file) => file.size > Number(own.most));
      said.textContent = heavy ? own.heavy : "";
      if (heavy) input.value = "";
    });
  }

  const offer = (before, entries, show) => {
    if (entries.length <= LONG) return;
    const box = document.createElement("input");
    box.type = "text";
    box.autocomplete = "off";
    box.dir = "auto";
    box.setAttribute("aria-label", own.filter);
    box.placeholder = own.filter;
    box.className = "again";
    before.before(box);
    const words = entries.map((entry) => plain(entry.textContent));
    box.addEventListener("input", () => {
      const wanted = plain(box.value);
      show(entries.map((entry, place) => words[place].includes(wanted)));
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  };

  for (const select of document.querySelectorAll(".question select")) {
    const entries = [...select.options].slice(1);
    offer(select, entries, (fits) => {
      const kept = entries.filter((entry, place) => fits[place] || entry.selected);
      select.replaceChildren(select.options[0], ...kept);
    });
  }
  for (const choices of document.querySelectorAll(".choices.many")) {
    if (choices.parentElement.querySelector("[name$='.search']")) continue;
    const entries = [...choices.children];
    offer(choices, entries, (fits) => {
      entries.forEach((entry, place) => {
        entry.hidden = !fits[place] && !entry.querySelector(":checked");
      });
    });
  }
})();
