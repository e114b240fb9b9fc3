// Every calendar that leaves a node, read by the parser that Thunderbird has (ical.js): the feed of a mechanism, a request, a cancellation, a counter-proposal, with and without a programme on the clocks of a zone.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { home, languages, run, start, stop } from "./harness.mjs";
import { read } from "./ical.mjs";

before(start);
after(stop);

const write = (name, value) => {
  const file = path.join(home(), name);
  fs.writeFileSync(file, JSON.stringify(value));
  return file;
};
const meeting = "61";
const act = (verb, body, party = "cedar") => run(party, "meeting", verb, `main/${meeting}`, "--file", write(`${verb}.json`, body), "--as", `${party}-sec`);
const enter = (body) => run("cedar", "meeting", "enter", "main", meeting, write("enter.json", body), "--as", "cedar-sec");
const invite = (...more) => run("cedar", "meeting", "invite", `main/${meeting}`, "--organizer", '"Mori; the Office, 事務局" <mori@cedar.example>', "--attendee", "a@cedar.example", "--attendee", '"Tani, Hanako" <b@cedar.example>', ...more);
const feed = (language = "en") => read(run("cedar", "meeting", "calendar", "--lang", language), "PUBLISH");
const of = (events) => events.find((e) => e.uid.startsWith(`meeting-main-${meeting}@`));

test("the feed is read in three languages, with what is held, planned and due", () => {
  const counts = languages.map((language) => feed(language).length);
  assert.ok(counts[0] > 10);
  assert.deepEqual(new Set(counts).size, 1, "each language has the same events");
});

test("a meeting is asked for, given a programme on the clocks of its zone across the change of them, offered other days, and put off; each message is newer than the one before", () => {
  enter({ series: "main", number: Number(meeting), start: "2031-03-29", end: "2031-04-01", status: "planned", theme: { en: "Calm; open, brief\\and \u201clong\u201d".repeat(9), ja: "静けさ、".repeat(60) } });
  const asked = of(read(invite(), "REQUEST"));
  assert.equal(asked.startDate.toString(), "2031-03-29");
  assert.ok(asked.startDate.isDate);
  assert.equal(asked.endDate.toString(), "2031-04-02", "the first day that is no longer part of it");
  assert.equal(asked.attendees[1].getParameter("cn"), "Tani, Hanako");
  assert.equal(asked.component.getFirstProperty("organizer").getParameter("cn"), "Mori; the Office, 事務局");
  assert.ok(asked.description.includes("Calm; open, brief\\and"), "text comes through as it was written");

  for (const zone of ["Europe/Paris", "Asia/Tokyo", "America/St_Johns", "Africa/Casablanca"]) {
    act("programme", { zone, slots: ["2031-03-29", "2031-03-30", "2031-03-31"].map((day) => ({ day, from: "09:30", until: "12:00", what: { en: `Talks in ${zone}` } })) });
    const slots = feed().filter((e) => e.summary.includes(`Talks in ${zone}`));
    assert.deepEqual(slots.map((e) => e.startDate.toString()), ["2031-03-29T09:30:00", "2031-03-30T09:30:00", "2031-03-31T09:30:00"]);
    assert.ok(slots.every((e) => e.duration.toSeconds() === 9000), zone);
  }

  const offer = JSON.parse(run("cedar", "meeting", "offer", `main/${meeting}`, "--file", write("offer.json", { from: "2031-05-05", until: "2031-05-06", reason: { en: "A holiday, for one side" } }), "--as", "cedar-sec", "--json"));
  const counter = of(read(invite("--offer", offer.posted?.[0]?.id ?? offer[0]?.id ?? offer.id, "--sequence", String(asked.sequence)), "COUNTER"));
  assert.equal(counter.startDate.toString(), "2031-05-05");
  assert.equal(counter.sequence, asked.sequence, "it answers the request that it counters");
  const later = of(feed());
  assert.ok(later.sequence > asked.sequence);

  act("postpone", { reason: { en: "Elections" } });
  const off = of(read(invite(), "CANCEL"));
  assert.equal(off.component.getFirstPropertyValue("status"), "CANCELLED");
  assert.ok(off.sequence > later.sequence);
  assert.equal(off.uid, asked.uid, "it is the same event");
});

test("the parser notices what is wrong: a file without its zone's rules, an event twice, a line that is no property", () => {
  enter({ series: "main", number: Number(meeting), start: "2031-03-29", end: "2031-04-01", status: "planned" });
  const good = run("cedar", "meeting", "calendar");
  read(good, "PUBLISH");
  const event = good.match(/BEGIN:VEVENT[^]*?END:VEVENT\r\n/)[0];
  for (const [what, bad] of [["twice", good.replace(event, event + event)], ["no property", good.replace("SEQUENCE:", "SEQUENCE ")], ["lines", good.replaceAll("\r\n", "\n")], ["no stamp", good.replace(/DTSTAMP:.*\r\n/, "")]]) assert.throws(() => read(bad, "PUBLISH"), undefined, what);
});
