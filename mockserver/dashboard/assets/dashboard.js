// Keeps open pages up to date, and adds the keyboard. Every page works without it.
"use strict";

const root = document.body.dataset.root;
const isLoggedIn = root !== undefined;

/* Rows: j, k and Enter. */

const rowsOf = () => [...document.querySelectorAll("[data-row]")];
let selectedRow = null; // the key of a row

function selectRow(row) {
  for (const other of document.querySelectorAll(".selected")) other.classList.remove("selected");
  selectedRow = row ? row.dataset.row : null;
  if (!row) return;
  row.classList.add("selected");
  row.scrollIntoView({ block: "nearest" });
  const link = row.querySelector("a");
  if (link) link.focus({ preventScroll: true });
}

function moveSelection(step) {
  const rows = rowsOf();
  if (!rows.length) {
    const link = document.querySelector(step > 0 ? "a[rel=next]" : "a[rel=prev]");
    if (link) link.click();
    return;
  }
  const present = rows.findIndex((row) => row.dataset.row === selectedRow);
  const next = present < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(present + step, 0), rows.length - 1);
  selectRow(rows[next]);
}

function leave() {
  const active = document.activeElement;
  if (active && active.matches("input, select, textarea")) active.blur();
  else if (selectedRow !== null) {
    selectRow(null);
    if (document.activeElement) document.activeElement.blur();
  } else {
    const up = document.querySelector("a[rel=up]");
    if (up) up.click();
  }
}

const help = document.getElementById("help");
const actionsByKey = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  j: () => moveSelection(1),
  k: () => moveSelection(-1),
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.key === "Escape") return leave();
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const action = actionsByKey[event.key];
  if (action) {
    event.preventDefault();
    action();
  } else if (event.key === "Enter" && selectedRow !== null && !event.target.closest("a, button, summary")) {
    rowsOf().find((row) => row.dataset.row === selectedRow)?.querySelector("a")?.click();
  }
});

document.addEventListener("click", async (event) => {
  const helpButton = event.target.closest("[data-help]");
  if (helpButton) help.showModal();
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const text = copy.dataset.copy || copy.parentElement.querySelector("pre").textContent;
    await copyText(text);
    const label = copy.textContent;
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = label), 1500);
  }
  const row = event.target.closest("[data-row]");
  if (row && !event.target.closest("a, button, input, select, textarea, label, summary, details") && !String(getSelection())) row.querySelector("a")?.click();
});

async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).catch(() => copyWithSelection(text));
  copyWithSelection(text); // a page without HTTPS has no clipboard
}

function copyWithSelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function showControls(part) {
  for (const control of part.querySelectorAll("[data-copy][hidden], [data-help][hidden], #live[hidden]")) control.hidden = false;
}
showControls(document);

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

/* Live: one stream of events while the page is visible, a question now and then while it is not. */

const HIDDEN_SECONDS = 5;
const live = document.getElementById("live");
const baseTitle = document.title;
let look = Number(document.body.dataset.look);
let failures = Number(document.body.dataset.failures);
let seenFailures = failures;
let isPaused = false;
let source = null;
let timer = null;
let isFetching = false;
let isStale = false;

function addressOf(name) {
  const world = document.body.dataset.world;
  return `${root}/${name}${world ? `?world=${encodeURIComponent(world)}` : ""}`;
}

function showLiveState(state, text) {
  live.dataset.state = state;
  document.getElementById("live-text").textContent = text;
}

function showUnseen() {
  if (!document.hidden) seenFailures = failures;
  const unseen = failures - seenFailures;
  document.title = unseen > 0 ? `(${unseen}) ${baseTitle}` : baseTitle;
  const icon = document.querySelector("link[rel=icon]");
  icon.dataset.plain ??= icon.href;
  icon.href = unseen > 0 ? badge(unseen) : icon.dataset.plain;
}

function badge(count) {
  const text = count > 99 ? "99+" : String(count);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#b3261e"/>`
    + `<text x="16" y="22" font-family="sans-serif" font-size="${text.length > 2 ? 13 : 18}" font-weight="700" fill="#fff" text-anchor="middle">${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function takeNews(news) {
  failures = news.failures;
  if (news.look !== look) {
    look = news.look;
    isStale = true;
  }
  showUnseen();
  refresh();
}

async function refresh() {
  if (!isStale || isPaused || isFetching || document.hidden || !document.querySelector("[data-live]")) return;
  isFetching = true;
  isStale = false;
  try {
    const reply = await fetch(location.href, { headers: { "Mockserver-Look": String(look) } });
    if (reply.ok) showNewParts(new DOMParser().parseFromString(await reply.text(), "text/html"));
  } catch {
    isStale = true; // the server is away; the next event tries again
  } finally {
    isFetching = false;
  }
}

function showNewParts(page) {
  const known = new Set(rowsOf().map((row) => row.dataset.row));
  const hadFocus = document.activeElement?.closest("[data-row]") !== null && selectedRow !== null;
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(old.id);
    if (!fresh || old.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) continue;
    const scroll = old.querySelector(".scroll")?.scrollLeft ?? 0;
    old.replaceChildren(...fresh.childNodes);
    const box = old.querySelector(".scroll");
    if (box) box.scrollLeft = scroll;
    showControls(old);
  }
  for (const row of rowsOf()) {
    if (row.dataset.row === selectedRow) {
      row.classList.add("selected");
      if (hadFocus) row.querySelector("a")?.focus({ preventScroll: true });
    }
    if (!known.has(row.dataset.row)) row.classList.add("new");
  }
}

function listen() {
  clearInterval(timer);
  source?.close();
  source = null;
  if (document.hidden) {
    timer = setInterval(ask, HIDDEN_SECONDS * 1000);
    return;
  }
  source = new EventSource(addressOf("events"));
  source.addEventListener("open", () => {
    clearInterval(timer);
    if (!isPaused) showLiveState("live", "Live");
  });
  source.addEventListener("news", (event) => takeNews(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    if (!isPaused) showLiveState("waiting", "Connecting");
    clearInterval(timer);
    timer = setInterval(ask, HIDDEN_SECONDS * 1000); // in case the server or a proxy does not stream
  });
}

async function ask() {
  try {
    const reply = await fetch(addressOf("news"));
    if (reply.ok) takeNews(await reply.json());
  } catch {
    // the server is away; the next question tries again
  }
}

if (isLoggedIn && live) {
  live.addEventListener("click", () => {
    isPaused = !isPaused;
    showLiveState(isPaused ? "off" : "live", isPaused ? "Paused" : "Live");
    refresh();
  });
  document.addEventListener("visibilitychange", () => {
    showUnseen();
    listen();
    refresh();
  });
  addEventListener("pagehide", () => source?.close());
  listen();
}
