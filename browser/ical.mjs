// Calendars as the parser that Thunderbird has (ical.js) reads them.
import assert from "node:assert/strict";
import ICAL from "ical.js";

ICAL.design.strict = true; // a line that breaks the grammar is an error

// read parses a file as a strict client does, and holds what RFC 5545 and RFC 5546 ask of every calendar; it gives the events as the client has them.
export function read(file, method) {
  assert.doesNotMatch(file, /[^\r]\n|\r[^\n]/, "every line ends in CRLF");
  for (const line of file.split("\r\n")) assert.ok(Buffer.byteLength(line) <= 75, `too long: ${line}`);
  const whole = new ICAL.Component(ICAL.parse(file));
  assert.equal(whole.name, "vcalendar");
  assert.equal(whole.getFirstPropertyValue("version"), "2.0");
  assert.equal(whole.getFirstPropertyValue("method"), method);
  assert.ok(whole.getFirstPropertyValue("prodid"));
  const zones = new Map(whole.getAllSubcomponents("vtimezone").map((z) => [z.getFirstPropertyValue("tzid"), new ICAL.Timezone(z)]));
  const uids = new Set(), used = new Set();
  const events = whole.getAllSubcomponents("vevent").map((v) => {
    for (const name of ["uid", "dtstamp", "dtstart", "summary", "sequence", "status"]) assert.equal(v.getAllProperties(name).length, 1, `${name} of ${v}`);
    const e = new ICAL.Event(v);
    assert.ok(!uids.has(e.uid), `${e.uid} stands twice`);
    uids.add(e.uid);
    assert.ok(Number.isInteger(e.sequence) && e.sequence >= 0);
    assert.ok(["CONFIRMED", "TENTATIVE", "CANCELLED"].includes(v.getFirstPropertyValue("status")));
    assert.ok(e.endDate.compare(e.startDate) > 0 || !v.getFirstProperty("dtend"), `${e.summary} ends before it begins`);
    for (const name of ["dtstart", "dtend"]) {
      const id = v.getFirstProperty(name)?.getParameter("tzid");
      if (!id) continue;
      used.add(id);
      assert.ok(zones.has(id), `${id} has no rules in the file`);
      const at = v.getFirstPropertyValue(name), wall = at.toString();
      const ours = zones.get(id).utcOffset(at);
      const [, sign, h, m] = new Intl.DateTimeFormat("en", { timeZone: id, timeZoneName: "longOffset" }).formatToParts(new Date(`${wall}Z`)).find((p) => p.type === "timeZoneName").value.match(/GMT(?:([+-])(\d\d):(\d\d))?/);
      assert.equal(ours, (sign === "-" ? -1 : 1) * (Number(h || 0) * 3600 + Number(m || 0) * 60), `${id} at ${wall}`);
    }
    if (method === "REQUEST" || method === "CANCEL" || method === "COUNTER") {
      assert.match(e.organizer, /^mailto:/);
      assert.ok(e.attendees.length > 0);
      for (const a of e.attendees) assert.match(a.getFirstValue(), /^mailto:/);
    } else assert.equal(e.attendees.length, 0, "nobody is named in a feed");
    const next = e.iterator().next(); // as a client that expands what recurs does
    assert.equal(next.compare(e.startDate), 0);
    return e;
  });
  for (const id of zones.keys()) assert.ok(used.has(id), `the rules of ${id} are of no use`);
  return events;
}
