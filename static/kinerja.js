/* What pages do beyond HTML: ask before acting, look up while typing, guard unsaved work. */
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const found = async (url, words) => {
  const answer = await fetch(url + "&query=" + encodeURIComponent(words));
  return answer.ok ? answer.json() : [];
};
const later = (work, wait = 180) => {
  let timer;
  return (...given) => { clearTimeout(timer); timer = setTimeout(work, wait, ...given); };
};

/* ---- submitting: confirm, wait, choose rows */

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  const rows = all("input[name=rowid]", form);
  if (rows.length && !rows.some((box) => box.checked)) {
    event.preventDefault();
    return alert(form.dataset.none);
  }
  const question = submitter?.dataset.confirm || form.dataset.confirm;
  if (question && !confirm(question)) return event.preventDefault();
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

/* ---- lists */

all("[data-all]").forEach((box) => box.addEventListener("change", () => {
  all("input[name=rowid]", box.form).forEach((row) => { row.checked = box.checked; });
}));

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

/* ---- forms: references by typing (combobox pattern) */

all("[data-combo]").forEach((combo) => {
  const [text, hidden] = all("input", combo);
  const list = combo.querySelector("ul");
  let at = -1, settled = text.value;
  const options = () => all("[role=option]", list);
  const show = (on) => {
    list.hidden = !on;
    text.setAttribute("aria-expanded", String(on));
    if (!on) { at = -1; text.removeAttribute("aria-activedescendant"); }
  };
  const choose = (option) => {
    hidden.value = option.dataset.value;
    text.value = settled = option.textContent;
    show(false);
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
  const look = later(async () => {
    const words = text.value;
    const rows = await found(combo.dataset.combo, words === settled ? "" : words);
    if (document.activeElement !== text || text.value !== words) return; // an answer that came too late
    list.replaceChildren(...rows.map(([value, label], n) => {
      const item = Object.assign(document.createElement("li"), { id: `${list.id}-${n}`, textContent: label, role: "option" });
      item.dataset.value = value;
      return item;
    }));
    if (!rows.length) list.append(Object.assign(document.createElement("li"), { className: "none", textContent: combo.dataset.none }));
    at = -1;
    show(true);
  });
  text.addEventListener("input", () => { hidden.value = ""; look(); });
  text.addEventListener("focus", look);
  text.addEventListener("blur", () => {
    show(false);
    if (!hidden.value) text.value = settled = "";
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
    setTimeout(follow, 1_000);
  };
  follow();
});
