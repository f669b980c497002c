/* What pages do beyond HTML: ask before acting, look up while typing, guard unsaved work. */
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const found = async (url, words) => {
  const answer = await fetch(`${url}${url.includes("?") ? "&" : "?"}query=${encodeURIComponent(words)}`);
  return answer.ok ? answer.json() : [];
};
const later = (work, wait = 180) => {
  let timer;
  return (...given) => { clearTimeout(timer); timer = setTimeout(work, wait, ...given); };
};

/* ---- submitting: confirm, wait, choose rows */

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.matches("form.list") && !chosen(form)) {
    event.preventDefault();
    return alert(form.dataset.none);
  }
  const question = submitter?.dataset.confirm || form.dataset.confirm;
  const count = form.matches("form.list") ? ` (${chosen(form)} ${form.dataset.count})` : "";
  if (question && !confirm(question + count)) return event.preventDefault();
  form.dataset.sent = "1";
  if (form.method === "get") quiet(form);
  if (form.dataset.wait) pending(form, submitter);
});

function quiet(form) { // empty filters stay out of the address
  all("input[name], select[name]", form).filter((input) => !input.value && !input.disabled).forEach((input) => {
    input.disabled = true;
    setTimeout(() => { input.disabled = false; });
  });
}

function pending(form, button) {
  form.dataset.pending = "1";
  form.setAttribute("aria-busy", "true");
  if (!button) return;
  button.dataset.text = button.textContent;
  button.textContent = form.dataset.wait;
  setTimeout(() => { button.disabled = true; });
}

window.addEventListener("pageshow", () => all("form[data-pending]").forEach((form) => {
  form.removeAttribute("data-pending");
  form.removeAttribute("aria-busy");
  all("button:disabled", form).forEach((b) => { b.disabled = false; b.textContent = b.dataset.text || b.textContent; });
}));

/* ---- lists: choosing rows, opening one by a click anywhere on it */

function chosen(form) { // how many rows an action would meet
  const whole = form.querySelector("input[name=all]:checked");
  return whole ? Number(whole.dataset.rows) : all("input[name=rowid]:checked", form).length;
}

all("form.list").forEach((form) => form.addEventListener("change", (event) => {
  const boxes = all("input[name=rowid]", form), page = form.querySelector("[data-all]"), whole = form.querySelector("[name=all]");
  if (event.target === page) boxes.forEach((box) => { box.checked = page.checked; });
  if (event.target === whole) [page, ...boxes].forEach((box) => { box.checked = whole.checked; });
  else if (whole && !boxes.every((box) => box.checked)) whole.checked = false;
  if (page) page.checked = boxes.every((box) => box.checked);
  const told = form.querySelector("[data-chosen]"), count = chosen(form);
  if (told) told.textContent = count ? `${count} ${form.dataset.count}` : "";
}));

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-rows] tbody tr");
  if (!row || event.target.closest("a, button, input, label, .pick") || String(getSelection())) return;
  const link = row.querySelector("a");
  if (link) event.ctrlKey || event.metaKey ? open(link.href) : link.click();
});

all("[data-print]").forEach((button) => button.addEventListener("click", () => print()));

all("fieldset[data-filter]").forEach((rule) => {
  const [operation] = all("select", rule);
  const fit = () => {
    const chosen = operation.selectedOptions[0];
    all("[data-kind]:not(option)", rule).forEach((input) => {
      const live = input.dataset.kind === chosen.dataset.kind;
      input.hidden = input.disabled = !live;
      input.name = live ? `flt${rule.dataset.filter}_${chosen.value}` : "";
    });
  };
  operation.addEventListener("change", fit);
  fit();
});

all("input[data-lookup]").forEach((input) => input.addEventListener("input", later(async () => {
  const options = (await found(input.dataset.lookup, input.value)).map(([value, label]) => new Option(label, value));
  input.list.replaceChildren(...options);
})));

all("input[data-lookup]").forEach((input) => input.addEventListener("change", () => { // a name typed in full means its row
  const options = [...input.list.options];
  if (options.length === 1 && options[0].value !== input.value) input.value = options[0].value;
}));

/* ---- small panels close by Escape, by a click elsewhere, and when another opens */

const drops = () => all("details.drop[open], details.phone-menu[open]");
document.addEventListener("click", (event) => {
  drops().filter((drop) => !drop.contains(event.target)).forEach((drop) => { drop.open = false; });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  drops().forEach((drop) => { drop.open = false; drop.querySelector("summary").focus(); });
});

/* ---- choosing by typing (combobox pattern): a reference in a form, or a place to go to */

all("[data-combo]").forEach((combo) => {
  const text = combo.querySelector("[role=combobox]"), hidden = combo.matches("form") ? null : combo.querySelector("[type=hidden]");
  const list = combo.querySelector("ul");
  let at = -1, settled = text.value;
  const options = () => all("[role=option]", list);
  const show = (on) => {
    list.hidden = !on;
    text.setAttribute("aria-expanded", String(on));
    if (!on) { at = -1; text.removeAttribute("aria-activedescendant"); }
  };
  const choose = (option) => {
    show(false);
    if (!hidden) return location.assign(option.dataset.value);
    hidden.value = option.dataset.value;
    text.value = settled = option.textContent;
    text.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const mark = (step) => {
    const items = options();
    if (!items.length) return;
    at = (at + step + items.length) % items.length;
    items.forEach((item, n) => item.setAttribute("aria-selected", String(n === at)));
    items[at].scrollIntoView({ block: "nearest" });
    text.setAttribute("aria-activedescendant", items[at].id);
  };
  const item = ([value, label, kind], n) => {
    const made = Object.assign(document.createElement("li"), { id: `${list.id}-${n}`, textContent: label, role: "option" });
    made.dataset.value = value;
    if (kind) made.append(Object.assign(document.createElement("small"), { textContent: kind }));
    return made;
  };
  const pages = (words) => all(".side a").filter((a) => words && a.textContent.toLowerCase().includes(words.toLowerCase()))
    .slice(0, 3).map((a) => [a.href, a.textContent, "↵"]);
  const look = later(async () => {
    const words = text.value;
    if (!hidden && !words.trim()) return show(false);
    const rows = await found(combo.dataset.combo, words === settled ? "" : words);
    if (document.activeElement !== text || text.value !== words) return; // an answer that came too late
    list.replaceChildren(...[...(hidden ? [] : pages(words)), ...rows].map(item));
    if (!list.children.length) list.append(Object.assign(document.createElement("li"), { className: "none", textContent: combo.dataset.none }));
    at = -1;
    show(true);
  });
  text.addEventListener("input", () => { if (hidden) hidden.value = ""; look(); });
  text.addEventListener("focus", look);
  text.addEventListener("blur", () => {
    show(false);
    if (hidden && !hidden.value) text.value = settled = "";
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); list.hidden ? look() : mark(1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(-1); }
    else if (event.key === "Escape") show(false);
    else if (event.key === "Enter" && !event.ctrlKey && !list.hidden && at >= 0) { event.preventDefault(); choose(options()[at]); }
  });
});

document.addEventListener("keydown", (event) => { // "/" and Ctrl-K lead to the search of the top bar
  const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select");
  const asked = (event.key === "/" && !typing) || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey));
  const find = document.getElementById("find");
  if (!asked || !find) return;
  event.preventDefault();
  find.focus();
  find.select();
});

/* ---- a NIP is grouped as one types: birth, appointment, gender, number */

all("input[data-nip]").forEach((input) => {
  const group = () => {
    const digits = input.value.replace(/\D/g, "");
    if (digits.length > 18 || /[^\d\s.'-]/.test(input.value)) return;
    const left = input.value.slice(0, input.selectionStart).replace(/\D/g, "").length;
    input.value = [[0, 8], [8, 14], [14, 15], [15, 18]].map(([a, b]) => digits.slice(a, b)).filter(Boolean).join(" ");
    if (document.activeElement !== input) return;
    let place = 0;
    for (let seen = 0; seen < left && place < input.value.length; place += 1) seen += input.value[place] !== " ";
    input.setSelectionRange(place, place);
  };
  input.addEventListener("input", group);
  group();
});

/* ---- the entry grid: A, S, B choose and go on, arrows move, Delete clears */

all("[data-grid]").forEach((grid) => {
  const cells = all("fieldset", grid), wide = Number(grid.dataset.grid);
  const go = (cell) => (cells[cell]?.querySelector("input:checked") || cells[cell]?.querySelector("input"))?.focus();
  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("fieldset"), at = cells.indexOf(cell);
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const box = cell.querySelector(`input[data-key="${CSS.escape(event.key.toUpperCase())}"]`);
    const step = { ArrowDown: wide, ArrowUp: -wide, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (box) { box.checked = true; go(at + 1); }
    else if (step) go(at + step);
    else if (event.key === "Delete" || event.key === "Backspace") cell.querySelector("input[value='']").checked = true;
    else return;
    event.preventDefault();
    grid.dispatchEvent(new Event("change", { bubbles: true }));
  });
  const table = JSON.parse(grid.dataset.predicates);
  const tell = () => all("tbody tr", grid).forEach((row) => {
    const levels = all("fieldset", row).map((cell) => cell.querySelector("input:checked")?.value || "");
    const told = row.querySelector("output");
    if (told) told.textContent = table[levels.join("")] || "–";
  });
  grid.addEventListener("change", tell);
  tell();
});

/* ---- forms: Ctrl+Enter saves, unsaved work is guarded, a refusal is read first */

all("form[data-guard]").forEach((form) => {
  const changed = () => { form.dataset.changed = "1"; };
  form.addEventListener("change", changed);
  form.addEventListener("input", changed);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) form.requestSubmit();
  });
  window.addEventListener("beforeunload", (event) => {
    if (form.dataset.changed && !form.dataset.sent) event.preventDefault();
  });
});

document.querySelector("[data-focus]")?.focus();

/* ---- the clock, from the server's time on */

all("time[data-now]").forEach((clock) => {
  const began = Date.now(), server = new Date(clock.dateTime).getTime();
  const words = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "full", timeStyle: "short", timeZone: "Asia/Makassar",
  });
  const tick = () => { clock.textContent = words.format(server + Date.now() - began); };
  tick();
  setInterval(tick, 10_000);
});

/* ---- a large upload: follow its progress */

all("[data-progress]").forEach((panel) => {
  const follow = async () => {
    const answer = await fetch(panel.dataset.progress).catch(() => null);
    const job = answer?.ok ? await answer.json() : null;
    if (job && !["queued", "applying"].includes(job.state)) return location.reload();
    if (job) panel.querySelector("progress").value = job.done;
    if (job) panel.querySelector("[data-idle]").hidden = !job.idle;
    const said = panel.querySelector("[data-note]");
    if (job) said.hidden = !(said.textContent = job.note ?? "");
    setTimeout(follow, 1_000);
  };
  follow();
});
