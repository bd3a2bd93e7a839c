// The Console's one page: log in, then watch campaigns, calls and Cores as they are now.
"use strict";

const LOOK_EVERY = 1000;
const element = (id) => document.getElementById(id);

async function ask(method, path, body) {
  const answer = await fetch(`/api/v1${path}`, {
    method,
    headers: body ? { "content-type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await answer.text();
  const said = text ? JSON.parse(text) : {};
  if (!answer.ok) {
    const fields = (said.errors || []).map((error) => `${error.field}: ${error.reason}`);
    const problem = new Error([said.detail || said.title || answer.statusText, ...fields].join("; "));
    problem.status = answer.status;
    throw problem;
  }
  return said;
}

function row(values) {
  const line = document.createElement("tr");
  for (const value of values) {
    const cell = document.createElement("td");
    cell.textContent = value === null || value === undefined ? "–" : String(value);
    line.append(cell);
  }
  return line;
}

function fill(id, rows, emptyId) {
  element(id).replaceChildren(...rows.map(row));
  if (emptyId) element(emptyId).hidden = rows.length > 0;
}

const words = (name) => (name ? name.replaceAll("_", " ") : null);
const time = (at) => (at ? new Date(at).toLocaleTimeString() : null);
function campaignRow(standing) {
  const { campaign, leads, in_flight: inFlight, pulse } = standing;
  const total = ["waiting", "leased", "dialling", "done"].reduce((count, state) => count + (leads[state] || 0), 0);
  const flying = inFlight.ringing + inFlight.answered + inFlight.talking;
  return [
    campaign.name, words(campaign.state), total, leads.waiting || 0, flying, inFlight.talking, leads.done || 0,
    campaign.state === "running" ? words(pulse.limit) : null,
  ];
}

const callRow = (call) => [
  time(call.created_at), call.phone, words(call.direction), words(call.state),
  [words(call.outcome), call.disposition].filter(Boolean).join(": ") || null,
  call.talk_seconds ? `${call.talk_seconds.toFixed(0)} s` : null,
];

const coreRow = (server) => [server.id, words(server.state), server.live, server.capacity];

async function look() {
  const listed = await ask("GET", "/campaigns?limit=10");
  const standings = await Promise.all(listed.items.map((campaign) => ask("GET", `/campaigns/${campaign.id}`)));
  const calls = await ask("GET", "/calls?limit=20");
  const fleet = await ask("GET", "/fleet");
  fill("campaigns", standings.map(campaignRow), "no-campaigns");
  fill("calls", calls.items.map(callRow), "no-calls");
  fill("fleet", fleet.items.map(coreRow));
  element("connection").textContent = `As of ${new Date().toLocaleTimeString()}`;
}

let looking = null;

async function keepLooking() {
  try {
    await look();
  } catch (problem) {
    if (problem.status === 401) {
      showLogIn();
      return;
    }
    element("connection").textContent = `The API does not answer (${problem.message}); trying again.`;
  }
  looking = setTimeout(keepLooking, LOOK_EVERY);
}

function showLogIn() {
  clearTimeout(looking);
  element("live").hidden = true;
  element("log-out").hidden = true;
  element("who").hidden = true;
  element("log-in").hidden = false;
  document.querySelector("#log-in-form input").focus();
}

function showLive(user) {
  element("log-in").hidden = true;
  element("live").hidden = false;
  element("log-out").hidden = false;
  element("who").hidden = false;
  element("who").textContent = `${user.email} (${user.role})`;
  keepLooking();
}

element("log-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  element("log-in-problem").textContent = "";
  try {
    const session = await ask("POST", "/auth/login", { email: form.get("email"), password: form.get("password") });
    event.target.reset();
    showLive(session.user);
  } catch (problem) {
    element("log-in-problem").textContent = problem.message;
  }
});

element("log-out").addEventListener("click", async () => {
  await ask("POST", "/auth/logout").catch(() => null);
  showLogIn();
});

ask("GET", "/auth/me").then(showLive, showLogIn);
