"use strict";
// The page asks the routes that anybody can ask: GET about, GET items, POST recommend.

const PATIENCE = 200; // milliseconds without a key or a star before something is asked
const $ = (id) => document.getElementById(id);
const ratings = new Map(); // item id -> { title, value }
let about = null;
const ofInteractions = () => about.scale === undefined;
let explains = true;

/** An element with attributes and children; text stays text, whatever a title says. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The title of an item; its id where it has none. */
const named = ({ item, title }) => title || String(item);

/** `task` once nobody has called for a while; a call that is under way is dropped for a newer one. */
function calm(task) {
  let timer, control = new AbortController();
  return (...given) => {
    clearTimeout(timer);
    control.abort();
    control = new AbortController();
    const { signal } = control;
    timer = setTimeout(() => task(signal, ...given).catch((error) => {
      if (error.name !== "AbortError") throw error;
    }), PATIENCE);
  };
}

/** What a route answers, as JSON. Throws an Error with the words of the service, and its status. */
async function ask(path, signal, body) {
  const headers = {};
  const key = sessionStorage.getItem("recli-key");
  if (key) headers.Authorization = `Bearer ${key}`;
  if (body) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { headers, signal, method: body ? "POST" : "GET", body: body && JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The service does not answer.");
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401) askForKey(key !== null);
  throw Object.assign(new Error(answer.detail || answer.title || response.statusText), { status: response.status });
}

function askForKey(wasWrong) {
  $("key-form").hidden = false;
  $("desk").hidden = $("foot").hidden = true;
  if (wasWrong) $("key-said").textContent = "This key is not the one.";
  $("key").focus();
}

function say(where, text, isBad = false) {
  where.textContent = text;
  where.classList.toggle("bad", isBad);
}

// Ratings

/** The values that can be given: whole ones if they are few, else eleven from end to end. */
function values([low, high]) {
  const first = Math.ceil(low), n = Math.floor(high) - first + 1;
  if (n <= 11) return Array.from({ length: n }, (_, i) => first + i);
  return Array.from({ length: 11 }, (_, i) => Number((low + ((high - low) * i) / 10).toFixed(2)));
}

/** A row with a title and a group of radio buttons for its rating. `place` tells equal rows apart. */
function row(item, place, onRated) {
  const name = named(item);
  const line = (end) => element("li", { "data-item": item.item }, element("span", { class: "title" }, name), element("span", { class: "end" }, ...end));
  if (ofInteractions()) {
    if (place === "rated") return line([]);
    const button = element("button", { type: "button", class: "choose", "aria-label": `Choose ${name}` }, "Choose");
    button.disabled = ratings.has(item.item);
    button.addEventListener("click", () => {
      button.disabled = true;
      onRated(item, 1);
    });
    return line([button]);
  }
  const choices = values(about.scale);
  const stars = choices.length <= 5 && choices[0] >= 0;
  const group = element("fieldset", { class: stars ? "stars" : "numbers" });
  group.append(element("legend", {}, `Your rating of ${name}`));
  for (const value of choices) {
    const input = element("input", { type: "radio", name: `${place}-${item.item}`, value });
    input.checked = ratings.get(item.item)?.value === value;
    input.addEventListener("change", () => onRated(item, value));
    const words = stars ? `${value} of ${choices.at(-1)} stars` : String(value);
    const sign = element("span", { class: "sign", "aria-hidden": "true" }, stars ? "" : String(value));
    group.append(element("label", { class: "mark", title: words }, input, sign, element("span", { class: "for-readers" }, words)));
  }
  return line([group]);
}

function rate(item, value) {
  ratings.set(item.item, { title: named(item), value });
  recommend();
}

/** The ratings so far. Where the keyboard stands in them nothing is drawn anew, or it would lose its place. */
function drawRated() {
  $("rated-part").hidden = ratings.size === 0;
  $("rated").replaceChildren(...[...ratings].map(([id, { title }]) => {
    const made = row({ item: id, title }, "rated", (item, value) => {
      rate(item, value);
      check("results", id, value);
    });
    const button = element("button", { type: "button", class: "remove", title: "Take it back", "aria-label": ofInteractions() ? `Take back ${title}` : `Take back the rating of ${title}` }, "\u00d7");
    button.addEventListener("click", () => {
      ratings.delete(id);
      check("results", id, null);
      drawRated();
      ($("rated").querySelector("button") ?? $("search")).focus();
      recommend();
    });
    made.querySelector(".end").append(button);
    return made;
  }));
}

/** Shows a rating in another list that has the item too. */
function check(list, id, value) {
  for (const found of $(list).children) {
    if (found.dataset.item !== String(id)) continue;
    for (const button of found.querySelectorAll("button.choose")) button.disabled = value !== null;
    for (const input of found.querySelectorAll("input")) input.checked = Number(input.value) === value && value !== null;
  }
}

// Search

const search = calm(async (signal) => {
  const text = $("search").value.trim();
  if (!text) {
    $("results").replaceChildren();
    say($("found"), "");
    return;
  }
  try {
    const { items, total } = await ask(`items?n=6&q=${encodeURIComponent(text)}`, signal);
    $("results").replaceChildren(...items.map((item) => row(item, "results", (one, value) => {
      rate(one, value);
      drawRated();
    })));
    say($("found"), total ? `${total.toLocaleString("en")} found${total > items.length ? `, the ${items.length} best known of them` : ""}.` : "Nothing has such a title.");
  } catch (error) {
    if (error.name === "AbortError") throw error;
    say($("found"), error.message, true);
  }
});

// The list

const recommend = calm(async (signal) => {
  const list = $("list");
  list.classList.add("waiting");
  try {
    const answer = await listFor(signal);
    list.replaceChildren(...answer.items.map(place));
    const [noun, done] = ofInteractions() ? ["choice", "chosen"] : ["rating", "rated"];
    const yours = ratings.size === 1 ? `your ${noun}` : `your ${ratings.size} ${noun}s`;
    say($("said"), ratings.size ? `The best first, by ${yours}.` : `What most people like, since nothing is ${done} yet.`);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    list.replaceChildren();
    say($("said"), error.message, true);
  }
  list.classList.remove("waiting");
});

/** Her list; without reasons if the model cannot give any. */
async function listFor(signal) {
  const given = ofInteractions()
    ? { interactions: [...ratings.keys()].map((item_id) => ({ item_id })) }
    : { ratings: [...ratings].map(([item_id, { value }]) => ({ item_id, rating: value })) };
  const body = { ...given, n: 10 };
  if (explains) {
    try {
      return await ask("recommend", signal, { ...body, explain: true });
    } catch (error) {
      if (error.status !== 422) throw error;
    }
  }
  const answer = await ask("recommend", signal, body);
  explains = false;
  return answer;
}

function place(one) {
  const made = element("li", {}, element("span", { class: "rank" }, `${one.rank}.`), element("span", { class: "title" }, named(one)));
  const score = element("span", { class: "score" }, one.rating === null ? Number(one.score.toPrecision(3)).toLocaleString("en") : one.rating.toFixed(1));
  score.title = one.rating === null ? "what the list is ordered by" : "predicted rating";
  if (one.rating !== null && $("desk").querySelector(".stars")) score.classList.add("stars-unit");
  made.append(score);
  if (one.why) made.append(element("span", { class: "why" }, one.why));
  return made;
}

// The model

async function start() {
  about = await ask("about");
  $("key-form").hidden = true;
  $("desk").hidden = $("foot").hidden = false;
  const number = (n) => n.toLocaleString("en");
  const learned = ofInteractions() ? `${number(about.interactions)} interactions` : `${number(about.ratings)} ratings`;
  if (ofInteractions()) {
    say($("about"), "Choose a few items that you know, and see what the model recommends, and why.");
    $("rated-title").textContent = "Your choices";
  }
  const facts = {
    Name: about.model,
    Algorithm: about.algorithm,
    "Learned from": `${learned} of ${number(about.items)} items by ${number(about.users)} users (${about.dataset})`,
    Trained: new Date(about.trained).toLocaleString("en", { dateStyle: "long", timeStyle: "short" }),
  };
  $("model").replaceChildren(...Object.entries(facts).map(([name, fact]) => element("div", {}, element("dt", {}, name), element("dd", {}, fact))));
  recommend();
}

const begin = (then = () => {}) => start().then(then, (error) => {
  if (error.status !== 401) say($("about"), error.message, true);
});

$("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("recli-key", $("key").value);
  begin(() => $("search").focus());
});
$("search").addEventListener("input", () => search());
begin();
